// What comes from the kernel: each message, and what it means for the screen and for the outbox.
import type { Answers } from './answers';
import type { Notices } from './notices';
import type { Outbox } from './outbox';
import type { Assisted, Current, Down, GridNews, Op } from './protocol';
import { isGone } from './scene';
import type { Screen } from './screen';
import type { Stage } from './stage';
import type { View } from './view';
import { type Received, receive } from './wire';

export interface Parts {
  answers: Answers;
  notices: Notices;
  outbox: Outbox;
  screen: Screen;
  stage: Stage;
  view: View;
}

export interface Hooks {
  /** Something has come, so there is a kernel. */
  heard(): void;
  /** An edit of this page has its answer. */
  settled(id: string): void;
  failed(error: unknown): void;
  /** A function has answered what was asked with `assist`. */
  assisted(answer: Assisted): void;
  /** Something came for a grid. */
  grid(news: GridNews, received: Received): void;
  /** This is stored now because of an edit of this page; 0 where its place in the log is not known. */
  stored(seq: number, ops: readonly Op[]): void;
}

export class Inbox {
  constructor(
    private readonly parts: Parts,
    private readonly hooks: Hooks,
  ) {}

  take(content: unknown, buffers: readonly DataView[]): void {
    const { notices, outbox, stage } = this.parts;
    try {
      const received = receive(content, buffers);
      const { message, objects, ops, bytes } = received;
      const wasOffline = outbox.offline;
      this.hooks.heard();
      switch (message.type) {
        case 'show':
          outbox.proceed();
          stage.show(message, objects, bytes);
          break;
        case 'patch':
          this.#patch(message, ops);
          break;
        case 'answer':
          this.#answer(message, wasOffline);
          break;
        case 'failed':
          outbox.postpone(message.id, message.reason);
          break;
        case 'media':
          stage.media(message, bytes);
          break;
        case 'fill':
        case 'cells':
        case 'thumbs':
        case 'drop':
          // What stands behind an action of the kernel goes on when its effect is there; pictures are none.
          if (message.type !== 'thumbs') outbox.proceed();
          if (message.type === 'fill') stage.heard();
          this.hooks.grid(message, received);
          break;
        case 'assisted':
          this.hooks.assisted(message);
          break;
        case 'notice':
          outbox.proceed();
          notices.add(message.level, message.text, message.detail);
          break;
      }
    } catch (error) {
      this.hooks.failed(error);
    }
  }

  #patch(message: Extract<Down, { type: 'patch' }>, ops: Op[]): void {
    const { outbox, screen, view } = this.parts;
    const here = message.item === view.item?.key;
    screen.patch({ seq: message.seq, ops, echo: true }, here ? message.selected : undefined);
    outbox.proceed();
    screen.askAgainIfDoubtful();
  }

  #answer(answer: Extract<Down, { type: 'answer' }>, wasOffline: boolean): void {
    const { answers, outbox, screen, stage, view } = this.parts;
    const done = answers.take(answer, view.where);
    if (done) {
      if (done.stored.length) view.fold({ seq: answer.seq, ops: done.stored, echo: false });
      view.scene?.correct(answer.current);
      this.hooks.stored(answer.seq, done.stored.length ? done.stored : corrections(answer.current));
      screen.redraw();
      this.hooks.settled(answer.id);
    }
    outbox.pump();
    // Others' changes may have been lost while nothing was heard.
    if (wasOffline) stage.again();
    else screen.askAgainIfDoubtful();
  }
}

/** What is stored where an edit clashed, as operations. */
function corrections(current: readonly Current[]): Op[] {
  return current.map(({ record, id, item, path, value }): Op => {
    const address = { record, id, item };
    return record === 'object' && isGone(path, value)
      ? { ...address, action: 'delete' }
      : { ...address, action: 'set', path, new: value };
  });
}
