import { schemaRef } from '../schema-kinds.js';
import { type Paths, response } from './operation.js';

export const HEALTH_PATHS: Paths = {
  '/health': {
    get: {
      tags: ['Health'],
      summary: 'Health as AgentOS tells it',
      description: 'Says that the service answers, and since when.',
      operationId: 'health_check',
      responses: { 200: response('The service answers', schemaRef('HealthResponse')) },
    },
  },
  '/healthz': {
    get: {
      tags: ['Health'],
      summary: 'Health for probes',
      description: 'Says that the process answers; no database is asked.',
      operationId: 'healthz',
      responses: { 200: response('The process answers', schemaRef('HealthzResponse')) },
    },
  },
};
