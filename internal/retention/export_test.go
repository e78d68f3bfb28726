package retention

// Dying makes a desk that takes few leaves at once and is told of each step, so that a test can let it die there.
func Dying(o Options, chunk int, step func(what string) error) (*Desk, error) {
	d, err := New(o)
	if err == nil {
		d.chunk, d.step = chunk, step
	}
	return d, err
}
