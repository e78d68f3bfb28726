package appeal_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

const proofLeaves = `SELECT count(*) FROM log_leaf WHERE kind = 'availability'`

// The right to refuse: the proof says what is so at this moment, and there is none where it is not so.
func TestProofOfAvailability(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		firm := d.actor("food-firm")
		l := d.license("food-firm", demo.BusinessLicense)
		known := d.Count(d.t, proofLeaves)
		p, err := d.Appeals.Prove(ctx, firm, foodMatter, l.ID)
		d.ok(err)
		if p.UnitID != marketUnit || p.LicenseState != license.Valid || p.Seq != 1 || p.LicenseVersion != l.RowVersion || !p.At.Equal(d.Now.Now()) {
			d.t.Errorf("%+v", p)
		}
		d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
			found, err := d.Appeals.AnyProof(ctx, q, p.No)
			if err == nil && found.ID != p.ID {
				d.t.Errorf("found %s by its number", found.ID)
			}
			_, other := d.Appeals.OwnProof(ctx, q, d.HolderID(d.t, "owner"), p.No)
			d.want("somebody else's", other, "proof.unknown")
			_, none := d.Appeals.AnyProof(ctx, q, "YX00000000000000000000000000")
			d.want("none", none, "proof.unknown")
			return err
		})
		prove := func(matterCode, licenseID string) error {
			_, err := d.Appeals.Prove(ctx, firm, matterCode, licenseID)
			return err
		}
		d.want("a matter that does not bind it", prove(joblessMater, l.ID), "proof.unbound")
		d.want("a matter that is not", prove(marketUnit+"4350131999001", l.ID), "matter.unknown")
		d.want("somebody else's license", prove(foodMatter, d.license("tea-firm", demo.BusinessLicense).ID), "license.unknown")
		// The card of the representative serves too, for the person who holds it.
		if _, err := d.Appeals.Prove(ctx, d.actor("owner"), foodMatter, d.license("owner", demo.IdentityCard).ID); err != nil {
			d.t.Error(err)
		}
		before := d.Count(d.t, `SELECT count(*) FROM log_leaf`)
		_, err = d.Appeals.ReportLoss(ctx, firm, l.ID)
		d.ok(err)
		d.want("a lost license", prove(foodMatter, l.ID), "proof.state")
		if n := d.Count(d.t, proofLeaves) - known; n != 2 {
			d.t.Errorf("%d proofs in the log, want 2", n)
		}
		if n := d.Count(d.t, `SELECT count(*) FROM log_leaf`); n != before+1 {
			d.t.Errorf("a refused proof left %d leaves", n-before-1)
		}
		if n := len(d.violations(countyGovernment)); n != 0 {
			d.t.Errorf("%d violations out of nothing", n)
		}
	})
}

// inAnyOrder runs all at once, begun in an order that changes from time to time.
func inAnyOrder(all ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, i := range rand.Perm(len(all)) {
		wg.Go(func() {
			<-start
			all[i]()
		})
	}
	close(start)
	wg.Wait()
}

// lastLeaf is the id of the last leaf of a kind that a holder's shard has.
func (d *desk) lastLeaf(holderID, kind string) (id string) {
	d.t.Helper()
	d.Read(d.t, func(ctx context.Context, q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT max(leaf_id) FROM log_leaf WHERE holder_id = $1 AND kind = $2`, holderID, kind).Scan(&id)
	})
	return id
}

// raceRounds are run on each database.
const raceRounds = 200

// Whatever ends or holds a license comes wholly before a proof, and then there is none, or wholly after it: over
// hundreds of races no proof was written after the loss that it raced with, and none is given once the loss stands.
// The ids of leaves are drawn one after the other as they are written, so they tell what came first.
func TestRevocationNeverYieldsAFalseProof(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		firm := d.actor("food-firm")
		l := d.license("food-firm", demo.BusinessLicense)
		given, refused, known := 0, 0, d.Count(d.t, proofLeaves)
		for round := range raceRounds {
			now := d.license("food-firm", demo.BusinessLicense)
			var proofs [2]appeal.Proof
			var errsOf [2]error
			var loss appeal.Appeal
			var lossErr error
			inAnyOrder(
				func() { proofs[0], errsOf[0] = d.Appeals.Prove(ctx, firm, foodMatter, l.ID) },
				func() { loss, lossErr = d.Appeals.ReportLoss(ctx, firm, l.ID) },
				func() { proofs[1], errsOf[1] = d.Appeals.Prove(ctx, firm, foodMatter, l.ID) },
			)
			d.ok(lossErr)
			lost := d.lastLeaf(l.HolderID, "license")
			for i, err := range errsOf {
				switch {
				case err == nil && proofs[i].LicenseVersion != now.RowVersion:
					d.t.Fatalf("round %d: a proof of version %d, and %d was the last in force", round, proofs[i].LicenseVersion, now.RowVersion)
				case err == nil && proofs[i].ID > lost:
					d.t.Fatalf("round %d: a proof was written after the loss", round)
				case err == nil:
					given++
				case errs.Code(err) == "proof.state":
					refused++
				default:
					d.t.Fatalf("round %d: %v", round, err)
				}
			}
			if _, err := d.Appeals.Prove(ctx, firm, foodMatter, l.ID); errs.Code(err) != "proof.state" {
				d.t.Fatalf("round %d: a proof after the loss stood: %v", round, err)
			}
			d.ok(d.Appeals.Withdraw(ctx, firm, loss.ID))
		}
		if n := d.Count(d.t, proofLeaves) - known; n != given {
			d.t.Errorf("%d leaves for %d proofs", n, given)
		}
		d.t.Logf("%d proofs given, %d refused", given, refused)
	})
}
