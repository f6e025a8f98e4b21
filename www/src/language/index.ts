// The language as the built page knows it.
import page from '../../../COMPATIBILITY.md?raw'
import { Language, readReference } from './reference.ts'

export const LANGUAGE = new Language(readReference(page))
