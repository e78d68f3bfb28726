package authn

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
)

// FaceTime is how long a face check that was begun can be answered, the service's own time included.
const FaceTime = 2 * time.Minute

// faceScore is how alike, of 100, a face must be for a match to count, whatever the service calls one.
const faceScore = 80

// Shown is what a person shows for a face check: a picture of theirs, or the token of a phone that has made the check with the
// service itself. It goes to the service and is kept nowhere.
type Shown struct {
	Picture []byte
	Token   string
}

// FaceAnswer is what the service says of it. Serial names the answer and comes once.
type FaceAnswer struct {
	Match  bool
	Score  int // 0 to 100
	Serial string
}

// Faces asks a service whether who shows something for a challenge is a holder (实人核验). Anything but an answer of the service
// to this very challenge is an error.
type Faces func(ctx context.Context, holderID, challenge string, shown Shown) (FaceAnswer, error)

// UseFaces connects a service. Holders then can confirm themselves by face; staff cannot, for the service knows citizens.
func (s *Service) UseFaces(faces Faces) { s.faces = faces }

func (s *Service) hasFace(a *Actor) bool { return s.faces != nil && a.Kind == KindHolder }

type faceStep struct {
	Challenge string
	Until     time.Time
}

// BeginFace begins a face check in a session and gives the challenge that it is for, and until when it can be answered.
func (s *Service) BeginFace(ctx context.Context, token string, a *Actor) (challenge string, until time.Time, err error) {
	if !s.hasFace(a) {
		return "", time.Time{}, errNoFace
	}
	step := faceStep{Challenge: rand.Text(), Until: s.clock.Now().Add(FaceTime)}
	return step.Challenge, step.Until, s.keepStep(ctx, token, stepFace, step)
}

// ConfirmFace confirms a session by what its person shows. A challenge is answered once and in time, and so is each answer of
// the service; what it said is kept, what was shown is not. A service that fails costs no try.
func (s *Service) ConfirmFace(ctx context.Context, token string, a *Actor, shown Shown) error {
	if !s.hasFace(a) {
		return errNoFace
	}
	if err := s.guess(ctx, a.AccountID); err != nil {
		return err
	}
	var step faceStep
	if err := s.takeStep(ctx, token, stepFace, &step); err != nil {
		return err
	}
	if !s.clock.Now().Before(step.Until) {
		return errStep
	}
	// No transaction is open while the service thinks.
	answer, err := s.faces(ctx, a.SelfID, step.Challenge, shown)
	if err != nil {
		if err := s.unguess(ctx, a.AccountID); err != nil {
			return err
		}
		return errFaceDown.Wrap(err)
	}
	if !s.clock.Now().Before(step.Until) {
		return errStep
	}
	matches := answer.Match && answer.Score >= faceScore
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.keepFace(ctx, tx, a, answer, matches); err != nil || !matches {
			return err
		}
		return s.strengthen(ctx, tx, token, a.AccountID, ByFace)
	})
	if err == nil && !matches {
		return errFace
	}
	return err
}

// keepFace keeps what a check said; an answer that was given before is refused.
func (s *Service) keepFace(ctx context.Context, tx *db.Tx, a *Actor, answer FaceAnswer, matches bool) error {
	result := "mismatch"
	if matches {
		result = "match"
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO face_check (answer_id, account_id, result, score, at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (answer_id) DO NOTHING`, answer.Serial, a.AccountID, result, answer.Score, db.Micros(s.clock.Now()))
	if err != nil {
		return fmt.Errorf("keep face check: %w", err)
	}
	if n == 0 {
		return errFace
	}
	return nil
}

// unguess takes back a try that came to nothing through no fault of who tried.
func (s *Service) unguess(ctx context.Context, accountID string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE login_attempt
			SET fails = fails - 1, locked_until = 0
			WHERE login_index = $1 AND fails > 0`, s.guessIndex(accountID))
		if err != nil {
			return fmt.Errorf("take a try back: %w", err)
		}
		return nil
	})
}
