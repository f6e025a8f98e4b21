// Turns the data sets of the npm package vega-datasets into the files the playground ships (public/data/).
//
// A file is NDJSON: line 1 describes the collection, every further line is one document as an array of
// values in the order of `fields` (dotted paths nest; null = the field is missing; trailing nulls are cut).
// Values of the fields named in `dates` are ISO strings that the loader turns into dates.
// Sources, licences and what is changed here: DATA.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const source = join(dirname(dirname(require.resolve('vega-datasets'))), 'data')
const target = join(dirname(dirname(fileURLToPath(import.meta.url))), 'public', 'data')

const read = (name) => readFileSync(join(source, name), 'utf8')

/** Rows of a CSV text as objects, all values strings; quotes as in RFC 4180. */
function parseCsv(text) {
  const rows = []
  let row = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') cell += text[at++]
      else quoted = false
    } else if (char === '"') quoted = true
    else if (char === ',' || char === '\n') {
      row.push(cell)
      cell = ''
      if (char === '\n') {
        rows.push(row)
        row = []
      }
    } else if (char !== '\r') cell += char
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  const [header, ...body] = rows
  return body
    .filter((cells) => cells.length === header.length)
    .map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])))
}

const text = (value) => (value === '' || value == null ? null : value)
const number = (value) => (value === '' || value == null || Number.isNaN(+value) ? null : +value)
const round = (value, digits) => (value == null ? null : +value.toFixed(digits))

function airports() {
  const rows = parseCsv(read('airports.csv')).map((a) => [
    a.iata, a.name.trim(), text(a.city), text(a.state), a.country, 'Point',
    [round(+a.longitude, 5), round(+a.latitude, 5)]
  ])
  return {
    collection: 'airports',
    fields: ['_id', 'name', 'city', 'state', 'country', 'location.type', 'location.coordinates'],
    dates: [],
    indexes: [{ key: { state: 1, city: 1 } }, { key: { name: 1 } }],
    rows
  }
}

function routes() {
  return {
    collection: 'routes',
    fields: ['_id', 'origin', 'destination', 'flights'],
    dates: [],
    indexes: [{ key: { origin: 1, flights: -1 } }, { key: { destination: 1 } }],
    rows: parseCsv(read('flights-airport.csv')).map((r) => [
      `${r.origin}-${r.destination}`, r.origin, r.destination, +r.count
    ])
  }
}

/** "32km W of Healy, Alaska" lies in "Alaska"; two spellings of the same state become one. */
function region(place) {
  const last = place.split(',').at(-1).trim().replace(/^.* of /, '')
  const states = { CA: 'California', MX: 'Mexico', NV: 'Nevada', PR: 'Puerto Rico', 'B.C.': 'British Columbia' }
  return states[last] ?? last
}

/** ",ak,us," as ["ak", "us"]. */
const list = (joined) => (joined ?? '').split(',').filter((item) => item !== '')

function earthquakes() {
  const rows = JSON.parse(read('earthquakes.json')).features
    .filter((f) => f.properties.mag !== null)
    .map(({ id, properties: p, geometry: { coordinates: [longitude, latitude, depth] } }) => [
      id, p.place, region(p.place), p.mag, p.magType, depth, new Date(p.time).toISOString(),
      'Point', [longitude, latitude], p.type, p.status, p.sig, p.tsunami === 1, list(p.sources), list(p.types),
      p.felt, p.alert
    ])
  return {
    collection: 'earthquakes',
    fields: [
      '_id', 'place', 'region', 'magnitude', 'magnitudeType', 'depthKm', 'time', 'location.type',
      'location.coordinates', 'type', 'status', 'significance', 'tsunami', 'networks', 'products', 'felt', 'alert'
    ],
    dates: ['time'],
    indexes: [{ key: { time: 1 } }, { key: { magnitude: -1 } }, { key: { region: 1, magnitude: -1 } }, { key: { networks: 1 } }],
    rows
  }
}

function birdstrikes() {
  const title = (name) => name.toLowerCase().replace(/(^|[^a-z'])([a-z])/g, (_, before, letter) => before + letter.toUpperCase())
  const rows = parseCsv(read('birdstrikes.csv')).map((b, index) => [
    index + 1, `${b['Flight Date']}T00:00:00.000Z`, title(b['Airport Name']), text(b['Origin State']),
    b['Aircraft Make Model'], title(b['Aircraft Airline Operator']), text(b['Phase of flight']),
    text(b['Time of day']), number(b['Speed IAS in knots']), b['Wildlife Species'], b['Wildlife Size'],
    b['Effect Amount of damage'], +b['Cost Repair'], +b['Cost Other'], +b['Cost Total $']
  ])
  return {
    collection: 'birdstrikes',
    fields: [
      '_id', 'date', 'airport', 'state', 'aircraft', 'operator', 'phase', 'timeOfDay', 'speedKnots',
      'wildlife.species', 'wildlife.size', 'damage', 'cost.repair', 'cost.other', 'cost.total'
    ],
    dates: ['date'],
    indexes: [{ key: { date: 1 } }, { key: { state: 1, 'cost.total': -1 } }],
    rows
  }
}

function countries() {
  const clusters = [
    'South Asia', 'Europe & Central Asia', 'Sub-Saharan Africa', 'America', 'East Asia & Pacific',
    'Middle East & North Africa'
  ]
  const byName = new Map()
  for (const { country, cluster, year, pop, life_expect, fertility } of JSON.parse(read('gapminder.json'))) {
    if (!byName.has(country)) byName.set(country, [country, clusters[cluster], []])
    byName.get(country)[2].push({ year, population: pop, lifeExpectancy: life_expect, fertility })
  }
  return {
    collection: 'countries',
    fields: ['_id', 'region', 'history'],
    dates: [],
    indexes: [{ key: { region: 1 } }, { key: { 'history.year': 1 } }],
    rows: [...byName.values()]
  }
}

function penguins() {
  const rows = JSON.parse(read('penguins.json')).map((p, index) => [
    index + 1, p.Species, p.Island, p.Sex === 'MALE' ? 'male' : p.Sex === 'FEMALE' ? 'female' : null,
    p['Beak Length (mm)'], p['Beak Depth (mm)'], p['Flipper Length (mm)'], p['Body Mass (g)']
  ])
  return {
    collection: 'penguins',
    fields: ['_id', 'species', 'island', 'sex', 'beak.lengthMm', 'beak.depthMm', 'flipperMm', 'massG'],
    dates: [],
    indexes: [{ key: { species: 1, island: 1 } }],
    rows
  }
}

function write({ rows, ...header }) {
  const lines = rows.map((row) => JSON.stringify(row.slice(0, row.findLastIndex((v) => v !== null) + 1)))
  const body = [JSON.stringify({ ...header, documents: rows.length }), ...lines, ''].join('\n')
  const file = `${header.collection}.ndjson`
  writeFileSync(join(target, file), body)
  return { collection: header.collection, file, documents: rows.length, bytes: Buffer.byteLength(body) }
}

mkdirSync(target, { recursive: true })
const files = [airports(), routes(), earthquakes(), birdstrikes(), countries(), penguins()].map(write)
writeFileSync(join(target, 'index.json'), JSON.stringify({ database: 'samples', files }, null, 1))
console.table(files)
