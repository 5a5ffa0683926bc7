import { Component, memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CopyButton } from './copy';
import { Icon } from './icon';
import styles from './markdown.module.css';

/** Protocols that a link may have. */
const PROTOCOLS: readonly string[] = ['http:', 'https:', 'mailto:'];
/** Lines that begin with more markers than this nest so deep that rendering them takes the whole stack. */
const DEEPLY_NESTED = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){12}/m;

const COMPONENTS: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <RemoteImage source={typeof src === 'string' ? src : undefined} text={alt} />,
  pre: ({ children }) => <>{children}</>,
  code: ({ className, children, node }) => {
    const code = textOf(children);
    // Only code of a block ends with a line break; that of a paragraph is one line.
    const isBlock = node !== undefined && (className?.startsWith('language-') || code.endsWith('\n'));
    return isBlock ? <CodeBlock code={code} language={className?.replace('language-', '')} /> : <code>{children}</code>;
  },
  table: ({ children }) => (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, and a section would be a landmark for each table.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach what scrolls.
    <div role="group" className={styles['table']} tabIndex={0} aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <input type="checkbox" checked={checked === true} disabled aria-label="Task" />,
  // A heading of a message is none of the page.
  ...headings(),
};

function headings(): Components {
  const heading = ({ children }: { readonly children?: ReactNode }) => <p className={styles['heading']}>{children}</p>;
  return { h1: heading, h2: heading, h3: heading, h4: heading, h5: heading, h6: heading };
}

/** Markdown of an agent or user. HTML in it is shown as text, and nothing in it is loaded from another host. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  const plain = <div className={styles['plain']}>{text}</div>;
  if (DEEPLY_NESTED.test(text)) return plain;
  return (
    <Fallback key={text} content={plain}>
      <div className={styles['markdown']}>
        <ReactMarkdown remarkPlugins={[remarkGfm]} components={COMPONENTS} urlTransform={(url) => url}>
          {text}
        </ReactMarkdown>
      </div>
    </Fallback>
  );
});

/** Shows the text itself if its Markdown cannot be rendered. */
class Fallback extends Component<
  { readonly content: ReactNode; readonly children: ReactNode },
  { hasFailed: boolean }
> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? this.props.content : this.props.children;
  }
}

function Link({ href, children }: { readonly href: string | undefined; readonly children?: ReactNode }) {
  const url = safeUrl(href);
  if (url === undefined) return <>{children}</>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** Images of other hosts would tell them who reads the conversation. */
function RemoteImage({ source, text }: { readonly source: string | undefined; readonly text: string | undefined }) {
  const url = safeUrl(source);
  const name = text || 'Image';
  if (url === undefined) return <span>{name}</span>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow">
      {name} <Icon name="external" size={12} /> {url.host}
    </a>
  );
}

/** The absolute URL if a link to it is harmless. */
export function safeUrl(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && PROTOCOLS.includes(url.protocol) ? url : undefined;
}

/** Code with its language and a button that copies it. */
function CodeBlock({ code, language }: { readonly code: string; readonly language: string | undefined }) {
  return (
    <figure className={styles['block']}>
      <figcaption>
        <span>{language ?? 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach what scrolls. */}
      <pre tabIndex={0}>
        <code>{code.replace(/\n$/, '')}</code>
      </pre>
    </figure>
  );
}

function textOf(children: ReactNode): string {
  return Array.isArray(children) ? children.map(textOf).join('') : typeof children === 'string' ? children : '';
}
