package cmd

import (
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"casebook/casefile"
)

// progress shows how far long work has come, on a terminal only, and only where there is
// enough of it to wait for. The first function takes the bytes done so far, the second
// ends the show.
func (a *app) progress(what string, size int64) (moved func(int64), done func()) {
	const worthShowing = 8 << 20
	if a.quiet || size < worthShowing || !terminal(a.Stderr) {
		return func(int64) {}, func() {}
	}
	show := mpb.New(mpb.WithOutput(a.Stderr), mpb.WithWidth(40))
	bar := show.AddBar(size,
		mpb.PrependDecorators(decor.Name(casefile.OneLine(what)+" ")),
		mpb.AppendDecorators(decor.CountersKibiByte("% .1f of % .1f"), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)),
		mpb.BarRemoveOnComplete())
	return bar.SetCurrent, func() {
		bar.Abort(true)
		show.Wait()
	}
}
