package change

import (
	"context"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// SettleTime is how long an account must have been left alone by those who administer accounts before it counts as a person of its
// own where two must act together: so long its owner, its unit and a supervisor have to notice that somebody else holds it.
const SettleTime = 3 * 24 * time.Hour

// Settled refuses ("authn.unsettled") where one of two accounts that act together was made, given posts, let in again, or given a new
// password or a way to enrol by somebody else a short while ago: one administrator could be both persons.
func (t *Trail) Settled(ctx context.Context, q *db.Tx, accountIDs ...string) error {
	since := db.Micros(t.clock.Now().Add(-SettleTime))
	for _, id := range accountIDs {
		var n int
		err := q.QueryRow(ctx, `
			SELECT count(*)
			FROM config_change
			WHERE subject = $1 AND subject_id = $2 AND account_id <> $2 AND at > $3
				AND action IN ('create', 'update', 'start', 'password', 'factor-reset')`, string(Account), id, since).Scan(&n)
		if err != nil {
			return fmt.Errorf("find changes of account: %w", err)
		}
		if n > 0 {
			return errs.New(errs.Denied, "authn.unsettled").With("days", fmt.Sprint(int(SettleTime.Hours()/24)))
		}
	}
	return nil
}
