// Contains errors in drawing. Without a boundary, Preact renders a component that failed again and again, without a pause.
import { Component, type ComponentChild, type ComponentChildren } from "preact";

interface Props {
  /** Shown in place of the children after an error in them, until the boundary gets another key. */
  fallback: ComponentChild;
  onError: (error: unknown) => void;
  children: ComponentChildren;
}

export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError(error);
  }

  override render({ fallback, children }: Props): ComponentChildren {
    return this.state.failed ? fallback : children;
  }
}
