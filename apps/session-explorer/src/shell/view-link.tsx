import type { ComponentProps, MouseEvent } from 'react';
import { hrefOf, useView, type View } from './view';

type ViewLinkProps = Omit<ComponentProps<'a'>, 'href' | 'onClick'> & { readonly change: Partial<View> };

/**
 * A link that changes parts of the view, and can be opened in another tab. It loads no page, which would forget a token that
 * is kept in memory only.
 */
export function ViewLink({ change, ...props }: ViewLinkProps) {
  const [view, changeView] = useView();
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    changeView(change);
  };
  return <a href={hrefOf({ ...view, ...change })} onClick={follow} {...props} />;
}
