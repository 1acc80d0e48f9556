/** `portcullis floor scenario`: lets something go wrong on the trading floor of a running demo. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Argument, type Command } from 'commander'
import { askForScenario } from '../floor/demo/scenario-file.ts'
import { SCENARIOS, type Scenario } from '../floor/demo/scenarios.ts'
import { CommandError, EXIT } from './exit-codes.ts'

const HELP = `
The floor of npm start takes it within a second, and says on its terminal what it does and what the gate does about it.

  runaway     an algorithm slices its parent order without end
  fat-finger  a trader types three zeros too many, and then a price ten times too high
  stale-feed  the market data falls silent, and the desks trade on
  disconnect  the desk loses its session for longer than its grace

Exit code: 0 asked for, ${EXIT.failed} no demo has this folder, ${EXIT.usage} wrong words.`

/** What every gate makes in its data folder. */
const JOURNAL = 'journal'

export function register(program: Command): void {
  const floor = program.command('floor').description('the trading floor of the demo')
  floor
    .command('scenario')
    .description('let something go wrong on it')
    .addArgument(new Argument('<name>', 'what').choices(SCENARIOS))
    .option('--data <directory>', 'data folder of the demo', 'data/demo')
    .addHelpText('after', HELP)
    .action((name: Scenario, { data }: { readonly data: string }) => {
      if (!existsSync(join(data, JOURNAL))) throw new CommandError(EXIT.failed, `no demo has the folder ${data}`)
      askForScenario(data, name)
      console.log(`the floor is asked for the scenario ${name}; it says what happens`)
    })
}
