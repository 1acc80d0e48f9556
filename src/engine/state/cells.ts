/**
 * Cells: the quantities P, B, S of (owner, instrument) and what they are worth at the mark.
 *
 * An owner is (account), (desk, account), (trader, account) or (strategy, account). Owners of one account stand in blocks
 * of eight, and the eight cells of a block in one instrument are one page: an order's four cells are neighbours.
 */
import { numsColumnOf } from './columns.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Doubles in a cell. */
export const enum Cell {
  SIZE = 8,
  P = 0,
  B = 1,
  S = 2,
  UP = 3,
  DN = 4,
  /** Profit since the trade date began, in price units x quantity units; of an inverse contract 1 once it traded. */
  PROFIT = 5,
  /** What that comes to in ledger units. */
  PROFIT_MONEY = 6,
  /** P as it was carried into the trade date: what a position statement is compared with. */
  START = 7,
}
const enum Block {
  OWNERS = 8,
  /** Owner code to block, and to its place in the block. */
  SHIFT = 3,
  MASK = 7,
}

export type Cells = ReturnType<typeof createCells>

export function createCells(pagesMax: number, instruments: number, scopes: number) {
  const f = new Float64Array(pagesMax * Block.OWNERS * Cell.SIZE)
  /** Instrument and block of each page, and the next page of the same instrument. */
  const pageInstrument = new Int32Array(pagesMax)
  const pageBlock = new Int32Array(pagesMax)
  const pageNext = new Int32Array(pagesMax)
  const firstPage = new Int32Array(instruments).fill(-1)
  /** Page + 1 by block and instrument: instruments fill their part of a row, blocks are far from all used. */
  const table = new Int32Array(scopes * instruments)
  /** Account of each block, how many of its owners are given, and the newest block of each account. */
  const blockAccount = new Int32Array(scopes)
  const blockUsed = new Int32Array(scopes)
  const lastBlock = new Int32Array(scopes).fill(-1)
  /** Subject and kind (0 account, 1 desk, 2 trader, 3 strategy) by owner code. */
  const ownerSubject = new Int32Array(scopes * Block.OWNERS)
  const ownerKind = new Int32Array(scopes * Block.OWNERS)
  const used = { pages: 0, blocks: 0 }

  /** Gives (kind, subject, account) its owner code. */
  function addOwner(kind: number, subject: number, account: number): number {
    let block = lastBlock[account]!
    if (block < 0 || blockUsed[block] === Block.OWNERS) {
      block = used.blocks++
      blockAccount[block] = account
      lastBlock[account] = block
    }
    const owner = block * Block.OWNERS + blockUsed[block]!
    blockUsed[block] = blockUsed[block]! + 1
    ownerSubject[owner] = subject
    ownerKind[owner] = kind
    return owner
  }

  /** Offset in `f` of a cell, or -1 where its page was never touched. */
  function find(owner: number, instrument: number): number {
    const page = (table[((owner >> Block.SHIFT) * instruments + instrument) | 0]! - 1) | 0
    return page < 0 ? -1 : offsetOf(page, owner)
  }

  /** Offset in `f` of a cell; makes its page. */
  function open(owner: number, instrument: number): number {
    const page = (table[((owner >> Block.SHIFT) * instruments + instrument) | 0]! - 1) | 0
    return offsetOf(page < 0 ? addPage(owner >> Block.SHIFT, instrument) : page, owner)
  }

  function addPage(block: number, instrument: number): number {
    const page = used.pages++
    if (page >= pagesMax) throw new Error('cell pages are used up: the decision should have refused')
    pageInstrument[page] = instrument
    pageBlock[page] = block
    linkPage(page)
    return page
  }

  function linkPage(page: number): void {
    const instrument = pageInstrument[page]!
    pageNext[page] = firstPage[instrument]!
    firstPage[instrument] = page
    table[pageBlock[page]! * instruments + instrument] = page + 1
  }

  /** How many owners the page's block has. */
  function ownersIn(page: number): number {
    return blockUsed[pageBlock[page]!]!
  }

  /** Owner code of the cell at an offset. */
  function ownerAt(offset: number): number {
    const cell = (offset / Cell.SIZE) | 0
    return pageBlock[cell >> Block.SHIFT]! * Block.OWNERS + (cell & Block.MASK)
  }

  /** Every cell of the accounts that `rolls` names begins a trade date with what it holds. */
  function start(rolls: (account: number) => boolean): void {
    for (let page = 0; page < used.pages; page++) {
      if (!rolls(blockAccount[pageBlock[page]!]!)) continue
      for (let place = 0; place < Block.OWNERS; place++) {
        const at = (page * Block.OWNERS + place) * Cell.SIZE
        f[at + Cell.START] = f[at + Cell.P]!
      }
    }
  }

  function visit(v: StateVisitor): void {
    used.pages = v.int(used.pages)
    used.blocks = v.int(used.blocks)
    v.ints(pageInstrument, used.pages)
    v.ints(pageBlock, used.pages)
    v.nums(f, used.pages * Block.OWNERS * Cell.SIZE)
    v.ints(blockAccount, used.blocks)
    v.ints(blockUsed, used.blocks)
    v.ints(ownerSubject, used.blocks * Block.OWNERS)
    v.ints(ownerKind, used.blocks * Block.OWNERS)
    if (!v.isLoading) return
    for (let block = 0; block < used.blocks; block++) lastBlock[blockAccount[block]!] = block
    for (let page = 0; page < used.pages; page++) linkPage(page)
  }

  const last = Cell.SIZE - 1

  /** True where the cell's sums are exact with so much more on either of its ends. */
  function holds(cell: number, qty: number): boolean {
    const p = f[(cell + Cell.P) | 0]!
    const kept = (p < 0 ? -p : p) + f[(cell + Cell.B) | 0]! + f[(cell + Cell.S) | 0]!
    return kept + qty <= Number.MAX_SAFE_INTEGER
  }

  return {
    f,
    holds,
    /** Columns of `f`: index them with a cell's offset. */
    pOf: numsColumnOf(f, Cell.P, last),
    bOf: numsColumnOf(f, Cell.B, last),
    sOf: numsColumnOf(f, Cell.S, last),
    upOf: numsColumnOf(f, Cell.UP, last),
    dnOf: numsColumnOf(f, Cell.DN, last),
    pagesMax,
    pageInstrument,
    pageBlock,
    pageNext,
    firstPage,
    blockAccount,
    ownerSubject,
    ownerKind,
    pages: (): number => used.pages,
    blocks: (): number => used.blocks,
    // A binding makes at most two owners, each of which may open a block.
    ownersAreFull: (): boolean => used.blocks + 2 > scopes,
    addOwner,
    find,
    open,
    ownersIn,
    ownerAt,
    start,
    visit,
  }
}

function offsetOf(page: number, owner: number): number {
  return ((page * Block.OWNERS + (owner & Block.MASK)) * Cell.SIZE) | 0
}
