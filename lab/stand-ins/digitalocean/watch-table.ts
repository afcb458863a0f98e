import { monitorAlert } from './monitor-alert.ts'
import { projectResources } from './project-resources.ts'
import { project } from './project.ts'
import { wordsFor } from './properties.ts'
import type { Row } from './resources.ts'
import { uptimeAlert } from './uptime-alert.ts'
import { uptimeCheck } from './uptime-check.ts'

/** What keeps an account in order: projects, alerts and uptime checks. */
export const watchTable: Record<string, Row> = {
  'digitalocean:index/project:Project': {
    inputs: {
      name: 'update',
      description: 'update',
      purpose: 'update',
      environment: 'update',
      isDefault: 'update',
      resources: 'update',
    },
    computed: ['createdAt', 'ownerId', 'ownerUuid', 'updatedAt'],
    defaults: { description: '', purpose: 'Web Application', environment: '', isDefault: false },
    sets: ['resources'],
    autonamed: true,
    words: wordsFor('Project', { read: 'Error reading Project' }),
    behaviour: project,
  },
  'digitalocean:index/projectResources:ProjectResources': {
    inputs: { project: 'replace', resources: 'update' },
    required: ['project', 'resources'],
    computed: [],
    sets: ['resources'],
    words: wordsFor('project resources', { read: 'Error while retrieving project' }),
    behaviour: projectResources,
  },
  'digitalocean:index/monitorAlert:MonitorAlert': {
    inputs: {
      alerts: 'update',
      compare: 'update',
      description: 'update',
      enabled: 'update',
      entities: 'update',
      tags: 'update',
      type: 'update',
      value: 'update',
      window: 'update',
    },
    required: ['alerts', 'compare', 'description', 'type', 'value', 'window'],
    computed: [],
    defaults: { enabled: true, entities: [], tags: [] },
    sets: ['entities', 'tags'],
    oneOf: { compare: ['GreaterThan', 'LessThan'], window: ['5m', '10m', '30m', '1h'] },
    words: wordsFor('Alert Policy', {
      read: 'Error reading Alert',
      update: 'Error updating monitoring alert',
      delete: 'Error deleting monitor alert',
    }),
    behaviour: monitorAlert,
  },
  'digitalocean:index/uptimeCheck:UptimeCheck': {
    inputs: { name: 'update', target: 'update', type: 'update', enabled: 'update', regions: 'update' },
    required: ['target'],
    computed: [],
    defaults: { type: 'https', enabled: true, regions: [] },
    sets: ['regions'],
    oneOf: { type: ['ping', 'http', 'https'] },
    autonamed: true,
    words: wordsFor('Check', {
      read: 'Error retrieving check',
      update: 'Error updating uptime check',
      delete: 'Error deleting uptime checks',
    }),
    behaviour: uptimeCheck,
  },
  'digitalocean:index/uptimeAlert:UptimeAlert': {
    inputs: {
      checkId: 'update',
      name: 'update',
      type: 'update',
      threshold: 'update',
      comparison: 'update',
      period: 'update',
      notifications: 'update',
    },
    required: ['checkId', 'notifications', 'type'],
    computed: [],
    defaults: { threshold: 0, comparison: '', period: '' },
    oneOf: {
      type: ['latency', 'down', 'down_global', 'ssl_expiry'],
      comparison: ['greater_than', 'less_than'],
      period: ['2m', '3m', '5m', '10m', '15m', '30m', '1h'],
    },
    autonamed: true,
    words: wordsFor('Uptime Alert', {
      read: 'Error retrieving check',
      update: 'Error updating Alert',
      delete: 'Error deleting uptime alerts',
    }),
    behaviour: uptimeAlert,
  },
}
