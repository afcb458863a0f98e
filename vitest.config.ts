import { configDefaults, defineConfig } from 'vitest/config'

// One project a kind of test: `fast` needs nothing, `host` a real Debian of the lab, `e2e` the whole of it.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.{host,e2e}.test.ts'],
        },
      },
      {
        test: {
          name: 'host',
          include: ['**/*.host.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
