package main

import (
	"cmp"
	"slices"
)

// median is the middle value, or the mean of the two; 0 of nothing.
func median[T ~int64 | ~float64](list []T) T {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratio is 0 when there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// A Metric is one of the figures taken.
type Metric string

// The metrics, in the units of the tables.
const (
	Wall    Metric = "wall ms"
	CPU     Metric = "CPU ms"
	RSS     Metric = "RSS MiB"
	Size    Metric = "size MB"
	Changed Metric = "files touched"
	Share   Metric = "share % of a core"
	Waits   Metric = "waits periods"
)

// of is the median of a metric over the runs.
func (r *Result) of(m Metric) float64 {
	var list []float64
	for _, s := range r.Samples {
		switch m {
		case Wall:
			list = append(list, s.Wall.Seconds()*1e3)
		case CPU:
			list = append(list, s.CPU.Seconds()*1e3)
		case Share:
			list = append(list, 100*ratio(s.CPU.Seconds(), s.Wall.Seconds()))
		case Waits:
			list = append(list, float64(s.Throttled))
		case RSS:
			list = append(list, float64(s.RSS)/1024)
		}
	}
	return median(list)
}

// fastest is the least wall time: what noise of other processes does not reach.
func (r *Result) fastest() float64 {
	least := slices.MinFunc(r.Samples, func(a, b Sample) int { return cmp.Compare(a.Wall, b.Wall) })
	return least.Wall.Seconds() * 1e3
}
