// What comes from the kernel: each message, and what it means for the screen and for the outbox.
import type { Answers } from './answers';
import type { Notices } from './notices';
import type { Outbox } from './outbox';
import type { Down, Op } from './protocol';
import type { Screen } from './screen';
import type { Stage } from './stage';
import type { View } from './view';
import { receive } from './wire';

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
}

export class Inbox {
  constructor(
    private readonly parts: Parts,
    private readonly hooks: Hooks,
  ) {}

  take(content: unknown, buffers: readonly DataView[]): void {
    const { notices, outbox, stage } = this.parts;
    try {
      const { message, objects, ops, bytes } = receive(content, buffers);
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
    const done = answers.take(answer, view.item?.key ?? null);
    if (done) {
      if (done.stored.length) view.fold({ seq: answer.seq, ops: done.stored, echo: false });
      view.scene?.correct(answer.current);
      screen.redraw();
      this.hooks.settled(answer.id);
    }
    outbox.pump();
    // Others' changes may have been lost while nothing was heard.
    if (wasOffline) stage.again();
    else screen.askAgainIfDoubtful();
  }
}
