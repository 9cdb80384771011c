import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, onBeforeUnmount, ref, watch, type Ref } from "vue";

import { answered, api } from "@/api/client";

import { elementsOf } from "./drawing";
import type { Drawn } from "./naming";
import { nextMoment, within, type Line } from "./replay";

const PAGE = 2000;
const SETTLES_MS = 90;
const TICK_MS = 1_000;

/** What is read of an instance once: what it is, all its records, its drawings. */
export function useAudited(instance: Ref<string>) {
  const opened = useQuery({
    queryKey: ["audit", instance],
    queryFn: () => answered(api.GET("/api/audit/{instance}", { params: { path: { instance: instance.value } } })),
    staleTime: Infinity,
  });
  const records = useQuery({
    queryKey: ["audit", instance, "records"],
    queryFn: () => allLines(instance.value),
    staleTime: Infinity,
  });
  const lines = computed<Line[]>(() => records.data.value ?? []);
  const total = computed(() => lines.value.length);
  const drawings = computed(() => (opened.data.value?.drawings ?? []).map((one) => ({ ...one, process: one.process_id, drawn: elementsOf(one.xml) })));
  const drawn = computed<Drawn>(() => new Map(drawings.value.toReversed().flatMap((one) => [...one.drawn, [one.process_id, { id: one.process_id, kind: "process", name: one.name }] as const])));
  return { opened, records, lines, total, drawings, drawn };
}

/** What was true after a record; a number that changes fast is asked for when it has come to rest. */
export function useStep(instance: Ref<string>, n: Ref<number>) {
  const settled = useSettled(n);
  return useQuery({
    queryKey: ["audit", instance, "state", settled],
    queryFn: () => answered(api.GET("/api/audit/{instance}/state", { params: { path: { instance: instance.value }, query: { n: settled.value } } })),
    enabled: computed(() => settled.value > 0),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}

/** The readings of a replay: the instance, all its records, and the step that is looked at. */
export function useReplay(instance: Ref<string>, wanted: Ref<unknown>, show: (n: number) => void) {
  const audited = useAudited(instance);
  const { lines, total } = audited;
  const n = computed(() => within(wanted.value, total.value));
  return { ...audited, n, step: useStep(instance, n), ...usePlaying(lines, n, total, show) };
}

async function allLines(instance: string): Promise<Line[]> {
  const found: Line[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: { items: Line[]; next: number | null } = await answered(
      api.GET("/api/audit/{instance}/records", { params: { path: { instance }, query: { after, limit: PAGE } } }),
    );
    found.push(...page.items);
    after = page.next;
  }
  return found;
}

/** A number a moment after it has come to rest: a slider that is drawn asks for few steps. */
function useSettled(n: Ref<number>): Ref<number> {
  const settled = ref(n.value);
  let timer = 0;
  watch(n, (now) => {
    window.clearTimeout(timer);
    // The first one need not rest.
    if (settled.value < 1) settled.value = now;
    else timer = window.setTimeout(() => (settled.value = now), SETTLES_MS);
  });
  onBeforeUnmount(() => window.clearTimeout(timer));
  return settled;
}

function usePlaying(lines: Ref<Line[]>, n: Ref<number>, total: Ref<number>, show: (n: number) => void) {
  const playing = ref(false);
  const onlyMoments = ref(false);
  const speed = ref(1);
  const go = (to: number) => total.value > 0 && show(Math.max(1, Math.min(to, total.value)));
  const forward = (by: 1 | -1) => (onlyMoments.value ? nextMoment(lines.value, n.value, by) : n.value + by);
  let timer = 0;
  const tick = () => {
    if (!playing.value) return;
    const to = forward(1);
    if (to === n.value || to > total.value) playing.value = false;
    else {
      go(to);
      timer = window.setTimeout(tick, TICK_MS / speed.value);
    }
  };
  const toggle = () => {
    window.clearTimeout(timer);
    playing.value = !playing.value;
    if (!playing.value) return;
    // At the end it begins anew.
    if (n.value >= total.value) go(1);
    timer = window.setTimeout(tick, TICK_MS / speed.value);
  };
  onBeforeUnmount(() => window.clearTimeout(timer));
  return { playing, onlyMoments, speed, go, toggle, moment: (by: 1 | -1) => go(nextMoment(lines.value, n.value, by)) };
}
