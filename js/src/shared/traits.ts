// The small view state that the kernel sends by traits.
import type { AnyModel } from '@anywidget/types';
import type { ClassData, Json, SessionData } from './protocol';
import type { Signals } from './session';
import { equal } from './values';

type Told = 'readOnly' | 'classes' | 'keymap' | 'activeClass' | 'tool' | 'veil';

export class Traits {
  data: SessionData | null = null;
  classes: readonly ClassData[] = [];
  activeClass = '';
  tool = 'box';
  place = '';
  readOnly = false;
  keymap: Readonly<Record<string, string>> = {};
  labels: Readonly<Record<string, string>> = {};
  hidden: readonly string[] = [];
  locked: readonly string[] = [];

  /**
   * Read all of them; `tell` is called for those that are different. Returns whether the session is another: whose
   * edits belong to it, or whether there can be any.
   */
  read(model: AnyModel, tell: (signal: keyof Pick<Signals, Told>) => void): boolean {
    const told = new Set<Told>();
    const take = <K extends keyof Traits>(name: K, value: Traits[K] | undefined, signal: Told | null): boolean => {
      if (value === undefined || equal(this[name] as unknown as Json, value as unknown as Json)) return false;
      (this as Traits)[name] = value;
      if (signal) told.add(signal);
      return true;
    };
    const moved = take('data', model.get('session') as SessionData | undefined, null);
    const turned = take('readOnly', model.get('read_only') as boolean | undefined, 'readOnly');
    take('classes', model.get('classes') as ClassData[] | undefined, 'classes');
    take('keymap', model.get('keymap') as Record<string, string> | undefined, 'keymap');
    take('labels', model.get('labels') as Record<string, string> | undefined, 'keymap');
    take('activeClass', model.get('active_class') as string | undefined, 'activeClass');
    take('place', model.get('place') as string | undefined, null);
    take('hidden', model.get('hidden') as string[] | undefined, 'veil');
    take('locked', model.get('locked') as string[] | undefined, 'veil');
    take('tool', model.get('tool') as string | undefined, 'tool');
    for (const signal of told) tell(signal);
    return moved || turned;
  }
}
