import { caseCollector, get } from '../harness/contract-case.js';

const { cases, add } = caseCollector('health');

const draft = { processDates: ['instantiated_at'] };
add('health', get('/health'), draft);
add('health with a query', get('/health?x=1'), draft);
add('health with a slash', get('/health/'), draft);
add('HEAD', { method: 'HEAD', path: '/health' });
add('POST', { method: 'POST', path: '/health' });
add('OPTIONS', { method: 'OPTIONS', path: '/health' });

export default cases;
