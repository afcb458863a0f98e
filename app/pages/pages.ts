import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { leavingPages } from '../accounts/leaving-pages.ts'
import { ownDataPages } from '../accounts/own-data-pages.ts'
import { accountPages } from '../accounts/pages.ts'
import { addressPages } from '../addresses/pages.ts'
import { adminPages } from '../admin/pages.ts'
import { factorPages } from '../factors/pages.ts'
import { historyPage } from '../history/pages.ts'
import { notMePage } from '../not-me/pages.ts'
import type { SiteParts } from '../parts.ts'
import { passwordPages } from '../passwords/pages.ts'
import { recoveryPages } from '../recovery/pages.ts'
import { sessionPages } from '../sessions/pages.ts'
import { home, type Running } from './home.ts'
import { leadElsewhere } from './ways.ts'

/** The pages of a site, a feature each; what is posted to them are forms and nothing else. */
export async function pages(app: FastifyInstance, parts: SiteParts, running: Running): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(formbody)
  app.setErrorHandler(leadElsewhere)
  home(app, parts, running)
  sessionPages(app, parts)
  recoveryPages(app, parts)
  ownDataPages(app, parts)
  passwordPages(app, parts)
  factorPages(app, parts)
  if (parts.site === 'admin') adminPages(app, parts)
  if (parts.site === 'app') {
    accountPages(app, parts)
    addressPages(app, parts)
    historyPage(app, parts)
    leavingPages(app, parts)
    notMePage(app, parts)
  }
}
