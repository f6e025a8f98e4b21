// The playground as a person uses it, in headless Chromium, with the real package.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newProfile, open, removeProfile, resultText, run, serve, settled, shot, type, type Browser, type Site } from './browser.ts'

let site: Site
before(async () => void (site = await serve()))
after(() => site.close())

describe('one visit after the other', { concurrency: 1 }, () => {
  const profile = newProfile()
  let browser: Browser
  before(async () => void (browser = await open(site.url, profile)))
  after(async () => {
    await browser.close()
    removeProfile(profile)
  })

  test('the first visit loads the samples and shows a result', async () => {
    const { page } = browser
    await page.locator('.results-table').waitFor()
    const counts = await page.locator('.collection').allInnerTexts()
    assert.deepEqual(
      counts.map((text) => text.replace(/\s+/g, ' ')),
      ['airports 3,376', 'birdstrikes 10,000', 'countries 62', 'earthquakes 1,707', 'penguins 344', 'routes 5,366']
    )
    assert.match(await page.locator('.result-summary').innerText(), /20 documents/)
    await shot(page, 'desktop-light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await shot(page, 'desktop-dark')
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('find with sort and limit', async () => {
    await run(browser.page, `db.earthquakes.find({ magnitude: { $gte: 6 } }, { _id: 0, magnitude: 1 }).sort({ magnitude: -1 }).limit(3)`)
    assert.equal(await resultText(browser.page), '[ { magnitude: 6.4 }, { magnitude: 6.1 }, { magnitude: 6.1 } ]')
  })

  test('it shows the next documents', async () => {
    const { page } = browser
    await run(page, 'db.penguins.find({}, { species: 1 })')
    await page.getByRole('button', { name: 'Table' }).click()
    assert.equal(await page.locator('.results-table tbody tr').count(), 20)
    await page.getByRole('button', { name: 'Show 20 more' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.results-table tbody tr').length === 40)
    await run(page, 'it')
    assert.match(await page.locator('.results-table tbody tr').first().innerText(), /41/)
  })

  test('a long array is built as it is scrolled', async () => {
    const { page } = browser
    await run(page, 'db.birdstrikes.find().toArray()')
    assert.match(await page.locator('.result-summary').innerText(), /10,000 elements/)
    assert.equal(await page.locator('.results-table tbody tr').count(), 200)
    await page.locator('.table-wrap').evaluate((wrap) => wrap.scrollTo(0, 5000))
    await page.waitForFunction(() => document.querySelectorAll('.results-table tbody tr').length === 400)
    await page.getByRole('button', { name: 'JSON' }).click()
    await page.getByText('more characters are not shown').waitFor()
    await page.getByRole('button', { name: 'Table' }).click()
  })

  test('a pipeline with $group and $lookup', async () => {
    await run(
      browser.page,
      `db.routes.aggregate([
        { $match: { origin: 'SFO' } },
        { $group: { _id: '$origin', flights: { $sum: '$flights' } } },
        { $lookup: { from: 'airports', localField: '_id', foreignField: '_id', as: 'airport' } },
        { $project: { _id: 0, flights: 1, city: { $arrayElemAt: ['$airport.city', 0] } } }
      ])`
    )
    assert.match(await resultText(browser.page), /^\[ \{ flights: 140587, city: 'San Francisco' \} \]$/)
  })

  test('insert, update, delete, several statements', async () => {
    const { page } = browser
    await run(
      page,
      `db.notes.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 2 }, { _id: 3, n: 3 }])
       db.notes.updateMany({ n: { $gte: 2 } }, { $inc: { n: 10 }, $set: { big: true } })
       db.notes.deleteOne({ _id: 1 })
       db.notes.find().sort({ _id: 1 })`
    )
    assert.equal(await page.locator('.result-tab').count(), 4)
    assert.equal(await resultText(page), '[ { _id: 2, n: 12, big: true }, { _id: 3, n: 13, big: true } ]')
    await page.locator('.result-tab').nth(1).click()
    assert.match(await resultText(page), /modifiedCount: 2[\s\S]*matchedCount: 2/)
    await page.locator('.collection', { hasText: 'notes' }).waitFor()
  })

  test('an index turns a scan into an index scan', async () => {
    const { page } = browser
    const query = `db.birdstrikes.find({ 'wildlife.species': 'Canada goose', damage: 'Substantial' })`
    await run(page, query)
    await page.getByRole('button', { name: 'Table' }).click()
    await page.locator('.plan-badge').waitFor()
    assert.match(await page.locator('.plan-badge').innerText(), /COLLSCAN[\s\S]*10,000 docs/)
    await page.getByRole('button', { name: 'Plan', exact: true }).click()
    await shot(page, 'plan-scan')
    await page.getByRole('button', { name: 'Table' }).click()
    await run(page, `db.birdstrikes.createIndex({ 'wildlife.species': 1, damage: 1 })`)
    await run(page, query)
    await page.locator('.plan-badge').waitFor()
    assert.match(await page.locator('.plan-badge').innerText(), /IXSCAN wildlife\.species_1_damage_1[\s\S]*40 keys[\s\S]*40 docs/)
    await run(page, `${query}.explain('executionStats')`)
    assert.match(await page.locator('.plan').innerText(), /IXSCAN[\s\S]*40/)
    await shot(page, 'plan-index')
  })

  test('errors name their code, or their place', async () => {
    const { page } = browser
    await run(page, 'db.notes.insertOne({ _id: 2 })')
    assert.match(await page.locator('.error').innerText(), /DuplicateKey[\s\S]*11000/)
    await run(page, 'db.notes.find({ n: { $foo: 1 } })')
    assert.match(await page.locator('.error').innerText(), /BadValue[\s\S]*code 2/)
    await run(page, 'db.notes.find().srt({ a: 1 })')
    assert.match(await page.locator('.error').innerText(), /srt is not a function[\s\S]*Line 1, column 17/)
    assert.equal(await page.locator('.cm-fault').innerText(), 'srt')
    await shot(page, 'error')
    await run(page, 'db.notes.find({')
    assert.match(await page.locator('.error').innerText(), /SyntaxError/)
  })

  test('scripts: variables, loops, print, Stop', async () => {
    const { page } = browser
    await run(page, `let sum = 0\nfor (const doc of db.notes.find()) { print(doc._id); sum += doc.n }\nsum`)
    assert.equal(await page.locator('.scalar').innerText(), '25')
    await page.locator('.result-tab').first().click()
    assert.equal(await page.locator('.printed').innerText(), '2\n3')
    await run(page, 'sum + 1')
    assert.equal(await page.locator('.scalar').innerText(), '26')
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('while (true) {}')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: 'Stop' }).click()
    await settled(page)
    assert.match(await page.locator('.error').innerText(), /Stopped/)
  })

  test('completion knows collections, fields and operators', async () => {
    const { page } = browser
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('db.earthq', { delay: 20 })
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'earthquakes' }).waitFor()
    // The list takes no key in its first moment, lest it swallow one that was meant for the text.
    await page.waitForTimeout(200)
    await page.keyboard.press('Enter')
    await page.keyboard.type('.find({ magni', { delay: 20 })
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'magnitude' }).first().waitFor()
    await shot(page, 'completion')
    await page.waitForTimeout(200)
    await page.keyboard.press('Enter')
    await page.keyboard.type('{ $gt', { delay: 20 })
    await page.locator('.cm-tooltip-autocomplete li', { hasText: '$gte' }).waitFor()
    await page.keyboard.press('Escape')
    assert.match(await page.locator('.cm-content').innerText(), /^db\.earthquakes\.find\(\{ magnitude: \{ \$gt/)
  })

  test('a proposal says what it does, and so does the pointer', async () => {
    const { page } = browser
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('db.penguins.aggregate([{ $gro', { delay: 20 })
    await page.locator('.cm-tooltip-autocomplete li', { hasText: '$group' }).waitFor()
    const info = page.locator('.cm-completionInfo')
    await info.waitFor()
    assert.match(await info.innerText(), /\$group[\s\S]*stage[\s\S]*here[\s\S]*Groups documents[\s\S]*\{ \$group: \{ _id/)
    await shot(page, 'completion-stage')
    await page.keyboard.press('Escape')
    await type(page, "db.penguins.find({ $where: 'true' })")
    await page.locator('.cm-line span', { hasText: '$where' }).last().hover()
    await page.locator('.cm-tooltip-hover').waitFor()
    assert.match(await page.locator('.cm-tooltip-hover').innerText(), /\$where[\s\S]*refused, code 2/)
    await shot(page, 'hint')
    await page.mouse.move(640, 700)
  })

  test('the reference is searched and filtered', async () => {
    const { page } = browser
    await page.getByRole('button', { name: 'Reference' }).click()
    const rows = page.locator('.reference-row')
    // The page is loaded when it is asked for.
    await rows.nth(500).waitFor({ state: 'attached' })
    const all = await rows.count()
    await shot(page, 'reference')
    await page.locator('.segment[data-filter=refused]').click()
    const refused = await rows.count()
    assert.ok(refused > 20 && refused < all)
    assert.equal(await page.locator('.reference-row:not([data-state=refused])').count(), 0)
    await shot(page, 'reference-refused')
    await page.locator('.segment[data-filter=all]').click()
    await page.getByLabel('Search the reference').fill('$datetr')
    assert.equal(await rows.count(), 1)
    assert.match(await rows.innerText(), /\$dateTrunc[\s\S]*month[\s\S]*here/)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  })

  test('a pipeline runs stage by stage', async () => {
    const { page } = browser
    await type(page, 'db.penguins.find()')
    assert.equal(await page.locator('#steps-button').isVisible(), false)
    await type(
      page,
      `db.penguins.aggregate([
  { $match: { species: 'Gentoo' } },
  { $group: { _id: '$island', n: { $sum: 1 }, mass: { $avg: '$massG' } } },
  { $set: { nothing: { $divide: ['$n', 0] } } },
  { $sort: { n: -1 } }
])`
    )
    await page.locator('#steps-button').click()
    const steps = page.locator('.step')
    const figures = async () => (await page.locator('.step .figures strong').allInnerTexts()).join(' ')
    await page.locator('.step.is-failed').waitFor()
    assert.equal(await steps.count(), 5)
    assert.equal(await figures(), '344 124 1')
    assert.match(await steps.nth(3).innerText(), /\$set[\s\S]*code/)
    assert.match(await steps.nth(4).innerText(), /a stage before it failed/)
    await shot(page, 'steps-failed')
    await page.getByRole('checkbox', { name: 'Stage 3, $set, is on' }).uncheck()
    await page.locator('.step.is-failed').waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.querySelectorAll('.step .figures strong').length === 4)
    assert.equal(await figures(), '344 124 1 1')
    assert.match(await steps.nth(4).innerText(), /Biscoe/)
    await page.getByRole('checkbox', { name: 'Stage 1, $match, is on' }).uncheck()
    await page.waitForFunction(() => document.querySelectorAll('.step')[2]?.querySelector('.figures strong')?.textContent === '3')
    await shot(page, 'steps')
  })

  test('a file is imported: NDJSON with types, CSV with a header', async () => {
    const { page } = browser
    const ndjson = join(tmpdir(), 'trees.ndjson')
    writeFileSync(ndjson, Array.from({ length: 3000 }, (_, i) => `{"_id":${i},"planted":{"$date":"2020-01-01T00:00:00Z"},"height":${i / 10}}`).join('\n'))
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('#import-file').setInputFiles(ndjson)
    await page.locator('.import-sample td').first().waitFor()
    await shot(page, 'import')
    await page.locator('dialog button[type=submit]').click()
    await page.getByText('Imported 3,000 documents').first().waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).last().click()
    await page.locator('.collection', { hasText: 'trees' }).filter({ hasText: '3,000' }).waitFor()
    await run(page, 'db.trees.findOne({ _id: 7 })')
    assert.match(await resultText(page), /planted: ISODate\('2020-01-01T00:00:00.000Z'\)/)

    const csv = join(tmpdir(), 'people.csv')
    writeFileSync(csv, 'name,address.city,born,score\n"Ada, Countess",London,1815-12-10,9.5\nGrace,New York,1906-12-09,10\n')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('#import-file').setInputFiles(csv)
    await page.locator('dialog button[type=submit]').click()
    await page.getByText('Imported 2 documents').first().waitFor()
    await page.keyboard.press('Escape')
    await run(page, `db.people.find({}, { _id: 0 })`)
    assert.match(await resultText(page), /name: 'Ada, Countess',\s+address: \{ city: 'London' \},\s+born: ISODate\('1815-12-10T00:00:00.000Z'\),\s+score: 9.5/)
  })

  test('a dropped file opens the import; a broken one says where', async () => {
    const { page } = browser
    await page.evaluate(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['{"a":1}\n{"a":,}\n'], 'broken.ndjson'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    })
    await page.getByText(/broken\.ndjson could not be read\. Line 2/).waitFor()
    await page.keyboard.press('Escape')
  })

  test('a result is exported whole, as JSON, NDJSON and CSV', async () => {
    const { page } = browser
    await run(page, 'db.penguins.find({}, { species: 1, beak: 1 })')
    for (const [label, name, lines] of [['NDJSON', 'result.ndjson', 344], ['CSV', 'result.csv', 345]] as const) {
      await page.getByRole('button', { name: 'Export' }).click()
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: new RegExp(`^${label}`) }).click()
      const file = await download
      assert.equal(file.suggestedFilename(), name)
      const text = readFileSync(await file.path(), 'utf8')
      assert.equal(text.trim().split('\n').length, lines)
      if (label === 'CSV') assert.match(text, /^_id,species,beak\.lengthMm,beak\.depthMm\r\n1,Adelie,39\.1,18\.7\r\n/)
      else assert.match(text, /^\{"_id":1,"species":"Adelie","beak":/)
    }
  })

  test('collections are created, renamed and dropped from the sidebar', async () => {
    const { page } = browser
    const act = async (menu: string, item: string) => {
      await page.getByRole('button', { name: menu }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await act('Actions for database samples', 'New collection …')
    await page.getByLabel('Name').fill('drafts')
    await page.keyboard.press('Enter')
    await page.locator('.collection', { hasText: 'drafts' }).waitFor()
    await act('Actions for database samples', 'New collection …')
    await page.getByLabel('Name').fill('newest')
    await page.getByLabel('Kind').selectOption('capped')
    await page.getByLabel('Size in bytes').fill('8192')
    await page.getByLabel('Validator').fill("{ n: { $type: 'int' } }")
    await shot(page, 'create')
    await page.keyboard.press('Enter')
    await page.locator('.collection', { hasText: 'newest' }).filter({ hasText: 'capped' }).waitFor()
    assert.match(await page.locator('.cm-content').innerText(), /createCollection\('newest', \{ capped: true, size: 8192, validator: \{ n: \{ \$type: 'int' \} \} \}\)/)
    await run(page, 'db.newest.drop()')
    await act('Actions for drafts', 'Rename …')
    await page.getByLabel('New name').fill('papers')
    await page.keyboard.press('Enter')
    await page.locator('.collection', { hasText: 'papers' }).waitFor()
    await page.getByRole('button', { name: 'Indexes and fields of people' }).click()
    await page.locator('.detail', { hasText: 'address.city' }).waitFor()
    await shot(page, 'sidebar')
    await act('Actions for papers', 'Drop …')
    await page.locator('dialog').getByRole('button', { name: 'Drop', exact: true }).click()
    await page.locator('.collection', { hasText: 'papers' }).waitFor({ state: 'detached' })
  })

  test('the sidebar tells what is special about collections and indexes', async () => {
    const { page } = browser
    const tags = (row: string) => page.locator('.collection', { hasText: row }).locator('.tag').allInnerTexts()
    await run(
      page,
      `db.createCollection('last', { capped: true, size: 4096, validator: { n: { $type: 'int' } } })
       db.createView('gentoos', 'penguins', [{ $match: { species: 'Gentoo' } }])
       db.last.insertOne({ n: 1 })
       db.penguins.createIndex({ island: 1 }, { partialFilterExpression: { sex: 'Male' }, hidden: true })
       db.penguins.createIndex({ seen: 1 }, { expireAfterSeconds: 3600 })
       db.penguins.createIndex({ 'beak.$**': 1 })`
    )
    await page.locator('.collection', { hasText: 'gentoos' }).waitFor()
    assert.deepEqual(await tags('last'), ['capped', 'validated'])
    assert.deepEqual(await tags('gentoos'), ['view'])
    await page.getByRole('button', { name: 'Indexes and fields of penguins' }).click()
    await page.locator('.detail li', { hasText: 'beak.$**' }).waitFor()
    const row = (index: string) => page.locator('.detail li', { has: page.getByTitle(index, { exact: true }) }).locator('.tag').allInnerTexts()
    assert.deepEqual(await row('island_1'), ['partial', 'hidden'])
    assert.deepEqual(await row('seen_1'), ['TTL 3600 s'])
    assert.deepEqual(await row('beak.$**_1'), ['wildcard'])
    await shot(page, 'sidebar-kinds')
    await page.getByRole('button', { name: 'Indexes and fields of gentoos' }).click()
    await page.locator('.detail', { hasText: 'species' }).last().waitFor()
    await run(page, `db.gentoos.drop()\ndb.last.drop()\ndb.penguins.dropIndexes()`)
  })

  test('a link carries the query', async () => {
    const { page } = browser
    await run(page, 'db.people.countDocuments()')
    await page.getByRole('button', { name: 'Share' }).click()
    await page.waitForFunction(() => location.hash.includes('q='))
    const link = await page.evaluate(() => navigator.clipboard.readText())
    assert.match(link, /#db=samples&q=/)
    // It is shown to whoever opens it, but waits for them to run it.
    await run(page, '1')
    await page.evaluate((address) => (location.href = address), link.replace('#', '#from=friend&'))
    await page.getByText('This query came with the link').waitFor()
    assert.equal(await page.locator('.cm-content').innerText(), 'db.people.countDocuments()')
    await page.evaluate(() => history.replaceState(null, '', location.pathname))
  })

  test('two tabs write to one database, and one goes on when the other closes', async () => {
    const first = browser.page
    const second = await browser.context.newPage()
    await second.goto(site.url)
    await second.locator('.collection', { hasText: 'notes' }).waitFor()
    assert.equal(await second.locator('.gate-card').isVisible(), false)
    const write = (page: typeof second, who: string) => run(page, `for (let i = 0; i < 50; i++) db.tabs.insertOne({ _id: '${who}' + i, who: '${who}' })`)
    await Promise.all([write(first, 'a'), write(second, 'b')])
    for (const page of [first, second]) {
      await run(page, `db.tabs.aggregate([{ $group: { _id: '$who', n: { $sum: 1 } } }, { $sort: { _id: 1 } }])`)
      assert.equal(await resultText(page), "[ { _id: 'a', n: 50 }, { _id: 'b', n: 50 } ]")
      // The sidebar follows what the other tab did.
      await page.locator('.collection', { hasText: 'tabs' }).filter({ hasText: '100' }).waitFor()
    }
    await run(second, `db.tabs.createIndex({ n: 1 }, { sparse: true })`)
    await shot(second, 'second-tab')
    // The tab that opened the database owns it: when it goes, the other one takes over.
    await first.close()
    browser.page = second
    await run(second, `db.tabs.insertOne({ _id: 'after' })\ndb.tabs.countDocuments()`)
    assert.equal(await second.locator('.scalar').innerText(), '101')
    await run(second, 'db.tabs.drop()')
  })

  test('the durability state is shown and explained', async () => {
    const { page } = browser
    await page.locator('#durability', { hasText: 'durable' }).waitFor()
    await page.locator('#durability').click()
    await page.locator('dialog[aria-label=Durability] .is-now', { hasText: 'durable' }).waitFor()
    await shot(page, 'durability')
    await page.keyboard.press('Escape')
  })

  test('after a new start of the browser everything is there', async () => {
    await browser.close()
    browser = await open(site.url, profile)
    const { page } = browser
    await page.locator('.collection', { hasText: 'notes' }).waitFor()
    assert.equal(await page.locator('.progress').count(), 0)
    await run(page, 'db.notes.find().sort({ _id: 1 })')
    assert.equal(await resultText(page), '[ { _id: 2, n: 12, big: true }, { _id: 3, n: 13, big: true } ]')
    await run(page, 'db.birdstrikes.getIndexes().map((i) => i.name)')
    assert.match(await resultText(page), /wildlife\.species_1_damage_1/)
    await run(page, 'db.trees.countDocuments()')
    assert.equal(await page.locator('.scalar').innerText(), '3000')
    await page.getByRole('button', { name: 'History' }).click()
    await page.locator('.history-entry').first().waitFor()
    await shot(page, 'history')
    assert.ok((await page.locator('.history-entry').count()) > 5)
    await page.keyboard.press('Escape')
  })

  test('nothing went wrong on the way, and no request left this machine', () => {
    assert.deepEqual(browser.problems, [])
    assert.deepEqual(browser.strangers, [])
  })
})

describe('by keyboard only', () => {
  const profile = newProfile()
  let browser: Browser
  before(async () => void (browser = await open(site.url, profile)))
  after(async () => {
    await browser.close()
    removeProfile(profile)
  })

  test('collections, editor, result, help', async () => {
    const { page } = browser
    const { keyboard } = page
    await page.locator('.results-table').waitFor()
    await keyboard.press('Alt+1')
    await keyboard.press('Tab')
    assert.match((await page.locator(':focus').getAttribute('aria-label')) ?? '', /Actions for airports/)
    await keyboard.press('Shift+Tab')
    await keyboard.press('Enter')
    await settled(page)
    assert.match(await page.locator('.result-summary').innerText(), /20 documents/)
    await keyboard.press('Alt+2')
    await keyboard.press('Control+a')
    await keyboard.type('db.penguins.find({species: "Gentoo"}).limit(3)')
    await keyboard.press('Escape')
    await keyboard.press('Control+Enter')
    await settled(page)
    assert.match(await page.locator('.result-summary').innerText(), /3 documents/)
    await keyboard.press('Alt+3')
    assert.ok(await page.locator('.table-wrap:focus').count())
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    assert.equal(await page.locator('.row-detail').count(), 1)
    await keyboard.press('Tab')
    await keyboard.press('ArrowDown')
    assert.equal(await page.locator('[role=treeitem]:focus').count(), 1)
    await keyboard.press('?')
    await page.locator('dialog[aria-label=Keys]').waitFor()
    await shot(page, 'keys')
    await keyboard.press('Escape')
    await keyboard.press('Alt+2')
    await keyboard.press('Alt+ArrowUp')
    await keyboard.press('Alt+ArrowUp')
    assert.match(await page.locator('.cm-content').innerText(), /db\./)
  })

  test('the samples are reset', async () => {
    const { page } = browser
    await run(page, 'db.penguins.drop()')
    await page.locator('.collection', { hasText: 'penguins' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reset sample data' }).click()
    await page.locator('dialog').getByRole('button', { name: 'Reset', exact: true }).click()
    await page.locator('.collection', { hasText: 'penguins' }).filter({ hasText: '344' }).waitFor()
  })

  test('every control has a name', async () => {
    const nameless = await browser.page.evaluate(() =>
      [...document.querySelectorAll('button, [role=separator], select, input')]
        .filter((element) => !(element.getAttribute('aria-label') ?? element.textContent ?? '').trim() && !element.closest('label'))
        .map((element) => element.outerHTML.slice(0, 120))
    )
    assert.deepEqual(nameless, [])
  })
})

describe('on a phone', () => {
  const profile = newProfile()
  let browser: Browser
  before(async () => {
    browser = await open(site.url, profile, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true })
  })
  after(async () => {
    await browser.close()
    removeProfile(profile)
  })

  test('nothing is wider than the screen; the sidebar is a drawer', async () => {
    const { page } = browser
    await page.locator('.results-table').waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390)
    await page.waitForTimeout(400)
    await shot(page, 'phone-light')
    assert.equal(await page.locator('#sidebar').isVisible(), false)
    await page.locator('#drawer-button').click()
    await page.locator('.collection', { hasText: 'countries' }).waitFor()
    await page.waitForTimeout(300)
    await shot(page, 'phone-drawer')
    await page.locator('.collection', { hasText: 'countries' }).click()
    await settled(page)
    await page.locator('#sidebar').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Tree' }).click()
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.waitForTimeout(400)
    await shot(page, 'phone-dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await page.locator('#overflow').click()
    await page.getByRole('menuitem', { name: 'Reference' }).click()
    await page.locator('.reference-row').first().waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390)
    await shot(page, 'phone-reference')
    await page.getByRole('button', { name: 'Close' }).click()
    await type(page, `db.penguins.aggregate([{ $match: { species: 'Gentoo' } }, { $sortByCount: '$island' }])`)
    await page.locator('#steps-button').click()
    await page.locator('.step .figures strong').nth(2).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390)
    await shot(page, 'phone-steps')
    await page.locator('#durability').click()
    await page.locator('dialog[aria-label=Durability]').waitFor()
    await shot(page, 'phone-durability')
    await page.getByRole('button', { name: 'Close' }).click()
    await page.locator('#overflow').click()
    await page.getByRole('menuitem', { name: 'About' }).click()
    await page.locator('dialog[aria-label=About]').waitFor()
    await shot(page, 'phone-about')
    assert.deepEqual(browser.problems, [])
  })
})

describe('every example runs', () => {
  const profile = newProfile()
  let browser: Browser
  before(async () => void (browser = await open(site.url, profile)))
  after(async () => {
    await browser.close()
    removeProfile(profile)
  })

  test('without an error, and with something to see', async () => {
    const { page } = browser
    await page.locator('.results-table').waitFor()
    await page.getByRole('button', { name: 'Examples' }).click()
    await page.waitForTimeout(200)
    await shot(page, 'examples')
    const titles = await page.locator('.example strong').allInnerTexts()
    await page.keyboard.press('Escape')
    assert.ok(titles.length >= 12)
    for (const title of titles) {
      await page.getByRole('button', { name: 'Examples' }).click()
      await page.locator('.example', { has: page.getByText(title, { exact: true }) }).click()
      await settled(page)
      assert.equal(await page.locator('.error, .result-tab.error').count(), 0, `${title}: ${await page.locator('.results').innerText()}`)
      assert.doesNotMatch(await page.locator('.results').innerText(), /No document matches/, title)
      await shot(page, `example-${title.toLowerCase().replace(/\W+/g, '-')}`)
    }
    assert.deepEqual(browser.problems, [])
  })
})
