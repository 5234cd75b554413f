/** Where a failure of drawing ends: what is inside says what happened, and the rest of the page goes on. */
import { Component, type ErrorInfo, type ReactNode } from "react";

export interface BoundaryProps {
  /** Drawn anew when this is another: what could not be drawn may have changed. */
  of?: unknown;
  children: ReactNode;
  instead: (error: Error) => ReactNode;
}
interface Held { error: Error | null; of: unknown }

export class Boundary extends Component<BoundaryProps, Held> {
  override state: Held = { error: null, of: this.props.of };

  static getDerivedStateFromError(error: unknown): Partial<Held> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps({ of }: BoundaryProps, held: Held): Held | null {
    return of === held.of ? null : { error: null, of };
  }

  override componentDidCatch(error: Error, { componentStack }: ErrorInfo) {
    console.error("could not be drawn:", error, componentStack);
  }

  override render() {
    const { error } = this.state;
    return error ? this.props.instead(error) : this.props.children;
  }
}
