// `npm test`: compiles the tests, builds the page if it is not built, and runs both kinds with node --test.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const tests = dirname(fileURLToPath(import.meta.url))
const www = dirname(tests)
const only = process.argv.slice(2)

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: www, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const out = join(tests, 'out', 'js')
rmSync(out, { recursive: true, force: true })
run(process.execPath, [join(www, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tests'])
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'package.json'), '{"type":"module"}')

const files = readdirSync(join(out, 'tests'))
  .filter((name) => name.endsWith('.test.js') && (only.length === 0 || only.some((word) => name.includes(word))))
  .sort((a, b) => Number(a.startsWith('e2e')) - Number(b.startsWith('e2e')))
if (files.some((name) => name.startsWith('e2e')) && !existsSync(join(www, 'dist', 'index.html'))) run('npm', ['run', 'build'])
run(process.execPath, ['--test', '--test-concurrency=1', ...files.map((name) => join(out, 'tests', name))])
