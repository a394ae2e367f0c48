/** The Keras spelling of an op's name. */
export const kerasName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
