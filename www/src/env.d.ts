/** The package's version, put in by the build. */
declare const __VERSION__: string

/** A file as its text. */
declare module '*.md?raw' {
  const text: string
  export default text
}
