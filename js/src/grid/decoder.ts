// Decodes small pictures in a worker: making a blob stops the thread that does it, and a grid has thousands of them.
//
// Where a page allows no worker (its security policy, an old browser), it is done here, a little less smoothly.

interface Question {
  id: number;
  bytes: ArrayBuffer;
  mime: string;
}

interface Reply {
  id: number;
  bitmap: ImageBitmap | null;
}

/** Runs in the worker, so it uses nothing from around it. */
function work(): void {
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<Question[]>) => void;
    postMessage(message: Reply, transfer?: Transferable[]): void;
  };
  scope.onmessage = ({ data }) => {
    for (const { id, bytes, mime } of data) {
      createImageBitmap(new Blob([bytes], { type: mime })).then(
        (bitmap) => scope.postMessage({ id, bitmap }, [bitmap]),
        () => scope.postMessage({ id, bitmap: null }),
      );
    }
  };
  scope.postMessage({ id: 0, bitmap: null });
}

export class Decoder {
  #worker: Worker | null = null;
  /** It has started. What comes before is decoded here: the first pictures wait for nothing. */
  #ready = false;
  #url = '';
  readonly #open = new Map<number, { question: Question; done: (bitmap: ImageBitmap | null) => void }>();
  #next = 1;
  #batch: Question[] | null = null;
  #closed = false;

  constructor() {
    try {
      this.#url = URL.createObjectURL(new Blob([`(${work.toString()})()`], { type: 'text/javascript' }));
      this.#worker = new Worker(this.#url);
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#done(data);
      this.#worker.onerror = () => this.#alone();
    } catch {
      this.#alone(); // no worker here, and nothing to be said: the pictures come all the same
    }
  }

  /** Calls back with the bitmap, or with null where it cannot be read; never after `close`. */
  decode(bytes: DataView, mime: string, done: (bitmap: ImageBitmap | null) => void): void {
    // A copy: the bytes may be a view into a longer message, and what is sent to the worker is gone here.
    const { buffer, byteOffset, byteLength } = bytes;
    const question = {
      id: this.#next,
      bytes: (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength),
      mime,
    };
    this.#next += 1;
    this.#open.set(question.id, { question, done });
    if (!this.#worker || !this.#ready) this.#here(question);
    else if (this.#batch) this.#batch.push(question);
    else {
      this.#batch = [question];
      queueMicrotask(() => {
        const batch = this.#batch ?? [];
        this.#batch = null;
        // Not handed over but copied, so that they are still here should the worker fail.
        this.#worker?.postMessage(batch);
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#open.clear();
    this.#end();
  }

  #done({ id, bitmap }: Reply): void {
    if (!id) this.#ready = true;
    const found = this.#open.get(id);
    this.#open.delete(id);
    if (found && !this.#closed) found.done(bitmap);
    else bitmap?.close();
  }

  #here({ id, bytes, mime }: Question): void {
    createImageBitmap(new Blob([bytes], { type: mime })).then(
      (bitmap) => this.#done({ id, bitmap }),
      () => this.#done({ id, bitmap: null }),
    );
  }

  /** There is no worker: what it was asked is done here. */
  #alone(): void {
    this.#end();
    for (const { question } of this.#open.values()) this.#here(question);
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = '';
  }
}
