// What the page and the computing process say to each other.

export type JobName = 'sort' | 'multiply' | 'pattern'

export type Request =
  | { readonly type: 'start'; readonly id: number; readonly job: JobName; readonly size?: number }
  | { readonly type: 'stop' }

export interface Picture {
  readonly width: number
  readonly height: number
  /** RGBA, by rows. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

export type Message =
  | { readonly type: 'ready'; readonly version: string; readonly cpuLevel: string; readonly threads: number }
  | {
      readonly type: 'progress'
      readonly id: number
      readonly done: number
      readonly total: number
      readonly text: string
      readonly picture: Picture
    }
  | { readonly type: 'done'; readonly id: number; readonly seconds: number; readonly text: string }
  | { readonly type: 'stopped'; readonly id: number; readonly seconds: number; readonly text: string }
  | { readonly type: 'failed'; readonly id: number; readonly text: string }
  | { readonly type: 'gone' }

/** What preload.js gives the page. */
export interface Compute {
  send(request: Request): void
  listen(listener: (message: Message) => void): void
}

/** What a job gets besides its size. */
export interface Work {
  readonly signal: AbortSignal
  /** Lets the process look at its messages; throws when the job was stopped. */
  turn(): Promise<void>
  /** Tells how far the job is, and takes a turn. A picture is made only where one is due. */
  report(done: number, total: number, text: string, picture: () => Picture): Promise<void>
}

declare global {
  interface Window {
    readonly compute: Compute
  }
}
