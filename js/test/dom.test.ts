// @vitest-environment happy-dom
import { Hand } from 'lucide-static';
import { describe, expect, it, vi } from 'vitest';
import { coalesced, element, icon, safeColor, setAttribute, setText } from '../src/shared/dom';
import { frame } from './fake';

const EVIL = '<img src=x onerror="globalThis.hit = 1">';

describe('element', () => {
  it('makes text of strings and attributes of values, never HTML', () => {
    const made = element('div', { title: EVIL, hidden: true, 'aria-selected': false, lang: null }, EVIL, element('b'));
    expect(made.textContent).toBe(EVIL);
    expect(made.querySelector('img')).toBeNull();
    expect(made.title).toBe(EVIL);
    expect(made.hidden).toBe(true);
    expect(made.getAttribute('aria-selected')).toBe('false');
    expect(made.hasAttribute('lang')).toBe(false);
    expect(made.children).toHaveLength(1);
  });

  it('refuses handlers as attributes', () => {
    expect(() => element('div', { onclick: 'x()' })).toThrow(/addEventListener/);
    expect(() => setAttribute(element('div'), 'OnError', 'x')).toThrow(TypeError);
  });
});

it('touches the DOM only where something differs', async () => {
  const made = element('p', { title: 'a' }, 'text');
  const seen = vi.fn();
  const watch = new MutationObserver(seen);
  watch.observe(made, { attributes: true, childList: true, characterData: true, subtree: true });
  setAttribute(made, 'title', 'a');
  setAttribute(made, 'lang', null);
  setText(made, 'text');
  await frame();
  expect(seen).not.toHaveBeenCalled();
  setText(made, 'other');
  await frame();
  expect(seen).toHaveBeenCalledOnce();
  watch.disconnect();
});

it('makes a hidden copy of an icon', () => {
  const [one, two] = [icon(Hand), icon(Hand)];
  expect(one).not.toBe(two);
  expect(one.nodeName.toLowerCase()).toBe('svg');
  expect(one.getAttribute('aria-hidden')).toBe('true');
  expect(one.querySelectorAll('path').length).toBeGreaterThan(1);
  expect(() => icon('<div>no</div>')).toThrow(TypeError);
});

describe('coalesced', () => {
  it('calls once per frame, and never after the owner has ended', async () => {
    const owner = new AbortController();
    const work = vi.fn();
    const later = coalesced(work, owner.signal);
    later();
    later();
    expect(work).not.toHaveBeenCalled();
    await frame();
    expect(work).toHaveBeenCalledOnce();
    later();
    owner.abort();
    later();
    await frame();
    expect(work).toHaveBeenCalledOnce();
  });
});

it('takes only plain colours from data', () => {
  expect(safeColor('#0072b2')).toBe('#0072b2');
  expect(safeColor('red;background:url(x)')).toBe('#808080');
});
