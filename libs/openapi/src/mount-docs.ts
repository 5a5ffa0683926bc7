import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { sessionApiDocument } from './session-api-document.js';

/**
 * Serves the API's document at `/openapi.json` and a page to read and try it at `/docs`. The page's scripts and styles
 * come from this service, and nothing on it calls elsewhere. Call it before the application listens.
 */
export function mountDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, sessionApiDocument(), {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'AgentOS session service',
    // Swagger UI would otherwise send the document's address to a public validator.
    swaggerOptions: { validatorUrl: null },
  });
}
