import { configDefaults, defineConfig } from 'vitest/config'

// One project a kind of test: `fast` needs nothing, `host` a real Debian of the lab, `e2e` the whole of it.

/** Takes every slot of the machine, or looks into one just given back: nobody else may want one meanwhile. */
const alone = ['lab/{claim-slot,cleanup}.host.test.ts']
/** The real engine and others' clients in a cloud on paper: no hosts, so two at a time. */
const engine = ['lab/{clients,faults,namecheap,stand-ins}/**/*.e2e.test.ts']

export default defineConfig({
  test: {
    hookTimeout: 120_000,
    // A machine that others load too is slow, not wrong.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          testTimeout: 30_000,
          include: ['**/*.test.ts'],
          // Half of the time is waiting: for sockets, clocks and child processes.
          maxWorkers: 4,
          exclude: [...configDefaults.exclude, 'app/**', '**/*.{host,e2e}.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'app',
          include: ['app/**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.e2e.test.ts'],
          globalSetup: ['app/development/test-cluster.ts'],
          testTimeout: 30_000,
          // Each hashes passwords on two threads.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'attacks',
          include: ['app/**/*.e2e.test.ts'],
          globalSetup: ['app/development/test-cluster.ts'],
          testTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'host',
          include: ['**/*.host.test.ts'],
          exclude: [...configDefaults.exclude, ...alone],
          // Hosts spend half their time waiting for one another; more than two take each other's processor.
          maxWorkers: 2,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: engine,
          maxWorkers: 2,
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude: [...configDefaults.exclude, ...engine, 'app/**'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
