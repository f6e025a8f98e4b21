// The generated compatibility page, read as the built page reads it.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Language, readReference } from '../src/language/reference.ts'

// This file runs from tests/out/js/tests.
const PAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', '..', 'COMPATIBILITY.md')

export const readLanguage = (): Language => new Language(readReference(readFileSync(PAGE, 'utf8')))
