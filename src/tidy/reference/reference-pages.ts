/** Every generated page with its path, and what the repository must have for them to be whole. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONTROLS } from '../../model/controls.ts'
import type { Finding, SourceFile } from '../source-text.ts'
import { alertsPage } from './alerts-page.ts'
import { type ControlHeader, isFault, readControlHeader } from './control-header.ts'
import { controlsPage } from './controls-page.ts'
import { errorsPage } from './errors-page.ts'
import { logsPage } from './logs-page.ts'
import { metricsPage } from './metrics-page.ts'
import { parametersPage } from './parameters-page.ts'
import { ORDERS_PROTO, ordersProto } from './proto-orders.ts'
import { rulesPage } from './rules-page.ts'
import { vocabularyPage } from './vocabulary-page.ts'

const CONTROLS_FOLDER = 'src/engine/controls'

export interface ReferencePages {
  readonly pages: readonly SourceFile[]
  /** Controls without a specification, and specifications of no control. */
  readonly findings: readonly Finding[]
}

/** Makes the pages from the tables of this build and the sources below `root`. */
export function makeReference(root: string): ReferencePages {
  const read = (path: string): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') })
  const { headers, findings } = collectHeaders(controlFiles(root).map(read))
  const pages = {
    alerts: alertsPage(),
    controls: controlsPage(headers),
    errors: errorsPage(),
    logs: logsPage(),
    metrics: metricsPage(),
    parameters: parametersPage(),
    rules: rulesPage(),
    vocabulary: vocabularyPage(read('src/model/vocabulary.ts')),
  }
  const contract = {
    path: ORDERS_PROTO,
    text: ordersProto(existsSync(join(root, ORDERS_PROTO)) ? read(ORDERS_PROTO).text : ''),
  }
  return {
    pages: [...Object.entries(pages).map(([name, text]) => ({ path: `docs/reference/${name}.md`, text })), contract],
    findings,
  }
}

function controlFiles(root: string): readonly string[] {
  const folder = join(root, CONTROLS_FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${CONTROLS_FOLDER}/${name}`)
}

/** The header of every control by its code. Without any file there is nothing to miss yet. */
export function collectHeaders(files: readonly SourceFile[]): {
  readonly headers: ReadonlyMap<string, ControlHeader>
  readonly findings: readonly Finding[]
} {
  const headers = new Map<string, ControlHeader>()
  const findings: Finding[] = []
  const report = (path: string, message: string) => findings.push({ path, line: 1, message })
  for (const file of files) {
    const header = readControlHeader(file)
    if (isFault(header)) findings.push(header)
    else if (!CONTROLS.some(({ code }) => code === header.code)) report(file.path, `${header.code} is no control`)
    else if (headers.has(header.code)) report(file.path, `${header.code} has its specification elsewhere`)
    else headers.set(header.code, header)
  }
  for (const { code } of files.length === 0 ? [] : CONTROLS) {
    if (!headers.has(code)) report(CONTROLS_FOLDER, `no file specifies ${code}`)
  }
  return { headers, findings }
}
