package status

import "context"

// Turn is how often changes are looked for.
const Turn = turn

// Drafted is a list that was read and signed and not published yet.
type Drafted struct {
	p *Publisher
	d draft
}

// Draft does the first half of a publication.
func Draft(ctx context.Context, p *Publisher, list string) (Drafted, error) {
	d, err := p.draft(ctx, list)
	return Drafted{p, d}, err
}

// Put does the second half.
func (x Drafted) Put(ctx context.Context) error { return x.p.put(ctx, x.d) }
