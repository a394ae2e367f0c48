// Mocha's reporter for the test runner: one dot a test, failures in full, and the numbers into NDOPS_TEST_COUNTS.
const { writeFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

module.exports = class extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options)
    // Not before the end: where the process dies in between, there is no count, and the runner calls that a failure.
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      const counts = JSON.stringify({ passed: passes, failed: failures, skipped: pending })
      if (process.env.NDOPS_TEST_COUNTS) writeFileSync(process.env.NDOPS_TEST_COUNTS, counts)
    })
  }
}
