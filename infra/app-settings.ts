import * as pulumi from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

/** Where people and admins reach the app. */
export function originsOf({ domain, httpsPort }: Pick<Settings, 'domain' | 'httpsPort'>) {
  const origin = (site: string) => `https://${site}.${domain}${httpsPort === 443 ? '' : `:${httpsPort}`}`
  return { app: origin('app'), admin: origin('admin') }
}

/** The app's environment: what `app/settings.ts` reads. The mail account's password is a secret in every place. */
export function appSettings(settings: Settings): Record<string, pulumi.Input<string>> {
  const { domain, smtp, smtpPassword, product, signUps } = settings
  const origins = originsOf(settings)
  return {
    DOMAIN: domain,
    APP_ORIGIN: origins.app,
    ADMIN_ORIGIN: origins.admin,
    SIGN_UPS: signUps ? 'on' : 'off',
    ...(product !== undefined && { APP_NAME: product }),
    ...(smtp && { MAIL_SERVER: mailServer(smtp.server, smtpPassword) }),
    ...(smtp?.from !== undefined && { MAIL_FROM: smtp.from }),
    ...(smtp?.rootCertificate !== undefined && { MAIL_ROOT_CERTIFICATE: smtp.rootCertificate }),
  }
}

function mailServer(server: string, password: string | undefined): pulumi.Input<string> {
  if (password === undefined) return server
  const url = new URL(server)
  url.password = encodeURIComponent(password)
  return pulumi.secret(url.href)
}
