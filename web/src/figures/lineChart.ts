import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

// Only what a line over time needs.
use([LineChart, GridComponent, TooltipComponent, SVGRenderer]);

/** A chart in a place. */
export function lineChart(place: HTMLElement): EChartsType {
  return init(place, null, { renderer: "svg" });
}
