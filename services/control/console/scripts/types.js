// Makes src/api/schema.d.ts from the OpenAPI document: `npm run types -- FILE-OR-URL`.
import { writeFileSync } from 'node:fs'
import openapi, { astToString } from 'openapi-typescript'

const source = process.argv[2]
if (!source) throw new Error('usage: npm run types -- http://127.0.0.1:8088/api/v1/openapi.json')
const ast = await openapi(source.includes('://') ? new URL(source) : new URL(source, `file://${process.cwd()}/`))
const note = '// Made from the OpenAPI document by `npm run types`; not to be edited.\n\n'
writeFileSync(new URL('../src/api/schema.d.ts', import.meta.url), note + astToString(ast))
