/** An evaluated limit row, and amounts, as answers show them. */
import type { Amount } from '../../model/explain/amounts.ts'
import type { RowUse } from '../../model/explain/row-use.ts'

export function rowJson(row: RowUse): object {
  return {
    control: row.control.code,
    id: row.control.id,
    version: row.version,
    subject: row.subject,
    object: row.object,
    limit: amountJson(row.limit),
    limitForReducing: row.limitForReducing === undefined ? undefined : amountJson(row.limitForReducing),
    before: amountJson(row.before),
    after: amountJson(row.after),
    afterShare: row.afterShare === undefined ? undefined : amountJson(row.afterShare),
    softLimit: row.softLimit === undefined ? undefined : amountJson(row.softLimit),
    failed: row.failed,
    waived: row.waived,
    action: row.action,
    mode: row.mode,
  }
}

export function amountJson({ text, unit }: Amount): object {
  return { value: text, unit }
}
