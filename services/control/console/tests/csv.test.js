// CSV files as people have them, and as attackers would.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

let vite, parse, plan, csv
before(async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  vite = await createServer({ root, server: { middlewareMode: true, ws: false }, appType: 'custom', logLevel: 'error' })
  ;({ parse } = await vite.ssrLoadModule('/src/csv/parse.ts'))
  ;({ plan } = await vite.ssrLoadModule('/src/csv/plan.ts'))
  ;({ csv } = await vite.ssrLoadModule('/src/csv/write.ts'))
})
after(() => vite.close())

test('cells may be quoted, hold separators, quotation marks and line ends', () => {
  assert.deepEqual(parse('\uFEFFname,email\r\n"Ames, ""Ann""",a@b.c\r\n"two\nlines",d@e.f\r\n'), [
    ['name', 'email'], ['Ames, "Ann"', 'a@b.c'], ['two\nlines', 'd@e.f'],
  ])
})

test('semicolons and tabs separate, too, empty lines count for nothing, and an empty last cell is one', () => {
  assert.deepEqual(parse('a;b\n\n1;\n'), [['a', 'b'], ['1', '']])
  assert.deepEqual(parse('a\tb\n1\t'), [['a', 'b'], ['1', '']])
})

test('what makes no sense is told with its row', () => {
  assert.throws(() => parse('a,b\n"open'), /never closed/)
  assert.throws(() => parse('a,b\n"x"y,1'), /Row 2: text follows/)
  assert.throws(() => parse(`a\n${'x'.repeat(1001)}`), /Row 2 has a cell of over 1000/)
  assert.throws(() => parse(`a\n${'x\n'.repeat(5001)}`), /over 5000 rows/)
})

test('each row is judged: what is missing, twice, too short', () => {
  const rows = parse('E-Mail,Alias,Full name\nann@a.example,Ann Ames,Ann\nANN@a.example,Other Ann,\n,,nobody\n,short,\n,Ünïcödé,\n')
  const planned = plan(rows, { least: 8, most: 400 })
  assert.deepEqual(planned.map(({ row, wrong }) => [row, wrong]), [
    [2, ''], [3, 'the same as in row 2'], [4, 'neither an e-mail address nor an alias'], [5, 'the alias is too short: 8 bytes at least'], [6, ''],
  ])
})

test('what is written is no formula, whatever it begins with', () => {
  assert.equal(csv([['=1+1', '+1', '-1', '@x', ' =1', 'a,b', 'say "hi"', 'plain']]), `'=1+1,'+1,'-1,'@x,' =1,"a,b","say ""hi""",plain\r\n`)
})
