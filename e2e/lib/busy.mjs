// How long the page's main thread is kept busy, told by the browser's own trace.

/**
 * The milliseconds of each of the main thread's tasks while `work` went on. Counted is the time that the thread had the processor:
 * what the machine does beside must not decide about the page.
 */
export async function tasks(page, work) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value.filter(({ name, ph }) => name === "RunTask" || name === "thread_name" || ph === "P")));
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline", "__metadata"] } });
  await work();
  const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const main = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid} ${tid}`));
  // One that had not ended with the trace has no length.
  const took = events.filter(({ name, pid, tid }) => name === "RunTask" && main.has(`${pid} ${tid}`)).map(({ dur, tdur }) => (tdur ?? dur) / 1000).filter(Number.isFinite);
  if (took.length <= 10) throw new Error(`only ${took.length} tasks were seen`);
  return took;
}
