/** docs/reference/rules.md: every rule of the packs, its source, its expression, and what was not verified. */
import { factsOf, type Rule } from '../../rules/rule.ts'
import { US_EQUITY_PACK, US_EQUITY_RULES } from '../../rules/us-equity-pack.ts'
import { conditionAsFormula, conditionInWords, FACT_WORDS } from '../../rules/words.ts'
import { code, GENERATED, list, page, table } from './markdown.ts'

const INTRODUCTION = `Regulatory rules are data (\`src/rules\`). An order is refused unless the rule provably does not apply to it, or is provably
satisfied: a fact that is not known lets no order pass. The control \`REGULATORY_COMPLIANCE\` refuses with the reason
\`REGULATORY_RULE\`, and the decision names the first rule of the list that refuses. A rule refuses every quantity above one that it
refuses. Days are New York days for rules of the United States and UTC days for the firm's own, both ends included.

This page is no legal advice. A rule says how the gate reads a text; what stands under "not verified" was not checked against
its source and must be before it is relied on.`

const JURISDICTION_WORDS: Readonly<Record<Rule['jurisdiction'], string>> = {
  US: 'United States',
  FIRM: 'The firm',
}

export function rulesPage(): string {
  return page(
    '# Regulatory rules',
    GENERATED,
    INTRODUCTION,
    `## United States equities, version ${US_EQUITY_PACK.version}`,
    table(
      ['Place', 'Rule', 'What it says', 'Citation'],
      US_EQUITY_RULES.map((rule, place) => [
        String(place),
        `[${code(rule.id)}](#${rule.id.toLowerCase()})`,
        rule.title,
        rule.citation,
      ]),
    ),
    ...US_EQUITY_RULES.map(ruleSection),
    '## Facts',
    'What a rule may read of an order. Quantities and prices are integers in the units of the instrument, flags are 0 or 1.',
    table(
      ['Fact', 'In words', 'Read by'],
      Object.entries(FACT_WORDS).map(([fact, words]) => [
        code(fact),
        typeof words === 'string' ? words : words.set,
        US_EQUITY_RULES.filter((rule) => [rule.appliesWhen, rule.requires].some((part) => readsFact(part, fact)))
          .map(({ id }) => code(id))
          .join(', '),
      ]),
    ),
  )
}

function readsFact(condition: Rule['appliesWhen'], fact: string): boolean {
  return factsOf(condition).some((read) => read === fact)
}

function ruleSection(rule: Rule): string {
  const until = rule.effectiveUntil === undefined ? 'with no end' : `until ${rule.effectiveUntil}`
  return page(
    `### ${code(rule.id)}`,
    `${rule.title}.`,
    list([
      `**Citation.** [${rule.citation}](${rule.source})`,
      `**Whose.** ${JURISDICTION_WORDS[rule.jurisdiction]}`,
      `**In effect.** From ${rule.effectiveFrom}, ${until}`,
      `**Applies when.** ${inWords(rule.appliesWhen)}`,
      `**Requires.** ${inWords(rule.requires)}`,
      `**Refusal.** ${rule.refusal}`,
      ...(rule.notes ?? []).map((note) => `**Note.** ${note}`),
      ...(rule.unverified ?? []).map((claim) => `**Not verified.** ${claim}`),
    ]),
  ).trimEnd()
}

function inWords(condition: Rule['appliesWhen']): string {
  if (condition === 'always') return 'Always'
  const words = conditionInWords(condition)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${code(conditionAsFormula(condition))}`
}
