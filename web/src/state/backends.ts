/** What follows from what is known of the backends: the models to choose from. Pure. */
import type { Assistant, Backend, Id, ModelGroup } from "../api/types";
import type { State } from "./model";

/** All of them, by name. */
export const backendsIn = (all: Record<Id, Backend>): Backend[] => Object.values(all).sort((a, b) => a.id.localeCompare(b.id));

/** The models of each backend for choosing, with the assistant that it reaches; null until they are known. */
export function modelGroups({ backends, assistants }: Pick<State, "backends" | "assistants">): ModelGroup[] | null {
  if (backends === null) return null;
  const reached = Object.values(assistants).sort((a, b) => a.handle.localeCompare(b.handle));
  return backendsIn(backends).map((one): ModelGroup => {
    const assistant: Assistant | undefined = reached.find(({ backend }) => backend === one.id);
    const { id, title, state, problem, models, default_model, limits, capabilities } = one;
    return {
      backend: id, title, handle: assistant?.handle ?? null, assistant_id: assistant?.id ?? null, state, problem,
      models: models.filter((model) => !model.hidden), default_model, limits, capabilities,
    };
  });
}

/** Whether assistants may be otherwise than they were: how one is follows from how its backend is. */
export const stateOf = (all: Record<Id, Backend> | null): string =>
  all === null ? "" : backendsIn(all).map(({ id, state, on, problem }) => `${id} ${state} ${on} ${problem?.code ?? ""}`).join("\n");
