package appeal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// ProofKind is the kind of the leaf of a proof, as it stands openly in the log.
const ProofKind = "availability"

// proofTries bounds how often a proof is tried anew while the license changes under it.
const proofTries = 4

// Proof says that at a moment the platform held a license in force that a unit could use for a matter (可用证明).
type Proof struct {
	HolderID        string // who asked
	ID              string // of the leaf
	No              string // 存证编号
	At              time.Time
	LicenseHolderID string
	LicenseID       string
	LicenseVersion  int64 // row version at that moment
	TypeCode        string
	LicenseState    license.State
	MatterCode      string
	Seq             int // material of the matter
	UnitID          string
}

// proofBody is a proof as the log holds it. It names offices and kinds, and the holder by an id that says nothing.
type proofBody struct {
	At         string `json:"at"`
	HolderID   string `json:"holderId"`
	LicenseID  string `json:"licenseId"`
	Identifier string `json:"identifier"`
	VersionNo  int    `json:"versionNo"`
	State      string `json:"state"`
	TypeCode   string `json:"typeCode"`
	TypeName   string `json:"typeName"`
	Matter     string `json:"matter"`
	MatterName string `json:"matterName"`
	Material   string `json:"material"`
	UnitID     string `json:"unitId"`
	UnitName   string `json:"unitName"`
}

// Prove gives the holder a proof that the office of a matter can use a license of theirs at this moment, so that
// paper can be refused (拒绝提供纸质). Where it cannot, there is no proof, and the reason is told.
//
// License, matter and unit are looked at, and the leaf is written, in one transaction that holds the license's row:
// whatever ends or holds the license comes wholly before it, and then there is no proof, or wholly after it.
func (s *Store) Prove(ctx context.Context, actor *authn.Actor, matterCode, licenseID string) (Proof, error) {
	err := mayApply(actor)
	if err != nil {
		return Proof{}, err
	}
	var p Proof
	for range proofTries {
		err = s.o.DB.Write(ctx, func(tx *db.Tx) error {
			var err error
			p, err = s.prove(ctx, tx, actor, matterCode, licenseID)
			return err
		})
		if errs.Code(err) != "conflict" {
			break // otherwise the license changed at this very moment: look again
		}
	}
	return p, err
}

func (s *Store) prove(ctx context.Context, tx *db.Tx, actor *authn.Actor, matterCode, licenseID string) (Proof, error) {
	l, err := s.own(ctx, tx, actor, licenseID)
	if err != nil {
		return Proof{}, err
	}
	if err := s.o.Licenses.Pin(ctx, tx, l); err != nil {
		return Proof{}, err
	}
	now := s.o.Clock.Now() // only after the row is held
	u, m, material, err := s.usable(ctx, tx, actor.HolderID, l, matterCode, now)
	if err != nil {
		return Proof{}, err
	}
	t, err := s.o.Types.Version(ctx, tx, l.TypeCode, l.TypeVersion)
	if err != nil {
		return Proof{}, err
	}
	receipt, err := s.o.Book.Append(ctx, tx, evidence.Event{HolderID: actor.HolderID, Kind: ProofKind, At: now, Body: proofBody{
		At: now.Format(time.RFC3339Nano), HolderID: actor.HolderID, LicenseID: l.ID, Identifier: l.Identifier, VersionNo: l.VersionNo,
		State: string(l.State(now)), TypeCode: l.TypeCode, TypeName: t.Name, Matter: m.Code, MatterName: m.Name, Material: material.Name,
		UnitID: u.ID, UnitName: u.Name,
	}})
	if err != nil {
		return Proof{}, err
	}
	p := Proof{HolderID: actor.HolderID, ID: receipt.LeafID, No: receipt.No, At: now, LicenseHolderID: l.HolderID, LicenseID: l.ID,
		LicenseVersion: l.RowVersion, TypeCode: l.TypeCode, LicenseState: l.State(now), MatterCode: m.Code, Seq: material.Seq, UnitID: u.ID}
	return p, s.insertProof(ctx, tx, p)
}

// usable holds a license against a matter's office: in force, of a type that a material of the matter binds when the
// case is accepted, the office still there. The refusal says what is not so.
func (s *Store) usable(ctx context.Context, q *db.Tx, holderID string, l license.License, matterCode string, now time.Time) (org.Unit, matter.Matter, matter.Material, error) {
	refuse := func(err error) (org.Unit, matter.Matter, matter.Material, error) {
		return org.Unit{}, matter.Matter{}, matter.Material{}, err
	}
	if state := l.State(now); !state.Usable() {
		return refuse(errs.New(errs.Conflict, "proof.state").With("state", state.Text("zh")).With("stateEn", state.Text("en")))
	}
	m, err := s.o.Matters.Get(ctx, q, matterCode)
	if err != nil {
		return refuse(err)
	}
	u, err := s.o.Units.Get(ctx, q, m.Unit)
	if err != nil {
		return refuse(err)
	}
	if u.State != org.Active {
		return refuse(errs.New(errs.Conflict, "proof.unit"))
	}
	h, err := s.o.Holders.Get(ctx, q, holderID)
	if err != nil {
		return refuse(err)
	}
	mayApply := m.HolderKind == "" || m.HolderKind == catalog.Mixed || m.HolderKind == h.Kind
	for _, x := range m.Materials {
		if _, bound := x.Binding(l.TypeCode); !bound || !slices.Contains(x.Stages, matter.Accept) {
			continue
		}
		// A person is no applicant of a matter for firms, but may be the representative whose card it asks for.
		if x.Party == matter.Applicant && !mayApply {
			continue
		}
		return u, m, x, nil
	}
	return refuse(errs.New(errs.Conflict, "proof.unbound"))
}

func (s *Store) insertProof(ctx context.Context, tx *db.Tx, p Proof) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO availability (holder_id, proof_id, at, license_holder_id, license_id, license_version, type_code, license_state,
			matter_code, seq, unit_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		p.HolderID, p.ID, db.Micros(p.At), p.LicenseHolderID, p.LicenseID, p.LicenseVersion, p.TypeCode, string(p.LicenseState),
		p.MatterCode, p.Seq, p.UnitID)
	if err != nil {
		return fmt.Errorf("keep proof: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO availability_index (proof_id, holder_id) VALUES ($1, $2)`, p.ID, p.HolderID); err != nil {
		return fmt.Errorf("keep proof: %w", err)
	}
	return nil
}

const proofColumns = `holder_id, proof_id, at, license_holder_id, license_id, license_version, type_code, license_state, matter_code, seq,
	unit_id`

func scanProof(row interface{ Scan(...any) error }) (Proof, error) {
	var p Proof
	var at int64
	err := row.Scan(&p.HolderID, &p.ID, &at, &p.LicenseHolderID, &p.LicenseID, &p.LicenseVersion, &p.TypeCode, &p.LicenseState,
		&p.MatterCode, &p.Seq, &p.UnitID)
	if errors.Is(err, db.ErrNoRows) {
		return Proof{}, errs.New(errs.NotFound, "proof.unknown")
	}
	if err != nil {
		return Proof{}, fmt.Errorf("read proof: %w", err)
	}
	id, err := uuid.Parse(p.ID)
	if err != nil {
		return Proof{}, fmt.Errorf("read proof: %w", err)
	}
	p.No, p.At = leaf.Number(id), db.Time(at)
	return p, nil
}

// ProofByID finds a holder's proof by the id of its leaf.
func (s *Store) ProofByID(ctx context.Context, q *db.Tx, holderID, id string) (Proof, error) {
	return scanProof(q.QueryRow(ctx, `
		SELECT `+proofColumns+`
		FROM availability
		WHERE holder_id = $1 AND proof_id = $2`, holderID, id))
}

// OwnProof finds a holder's proof by its number.
func (s *Store) OwnProof(ctx context.Context, q *db.Tx, holderID, no string) (Proof, error) {
	id, err := evidence.ParseNo(no)
	if err != nil {
		return Proof{}, errs.New(errs.NotFound, "proof.unknown")
	}
	return s.ProofByID(ctx, q, holderID, id)
}

// AnyProof finds a proof by its number, whoever's it is. What is shown of it must not say whose.
func (s *Store) AnyProof(ctx context.Context, q *db.Tx, no string) (Proof, error) {
	id, err := evidence.ParseNo(no)
	if err != nil {
		return Proof{}, errs.New(errs.NotFound, "proof.unknown")
	}
	var holderID string
	err = q.QueryRow(ctx, `SELECT holder_id FROM availability_index WHERE proof_id = $1`, id).Scan(&holderID)
	if errors.Is(err, db.ErrNoRows) {
		return Proof{}, errs.New(errs.NotFound, "proof.unknown")
	}
	if err != nil {
		return Proof{}, fmt.Errorf("find proof: %w", err)
	}
	return s.ProofByID(ctx, q, holderID, id)
}

// Proofs lists a holder's proofs, the newest first.
func (s *Store) Proofs(ctx context.Context, q *db.Tx, holderID string, limit int) ([]Proof, error) {
	rows, err := q.Query(ctx, `
		SELECT `+proofColumns+`
		FROM availability
		WHERE holder_id = $1
		ORDER BY proof_id DESC
		LIMIT $2`, holderID, limit)
	if err != nil {
		return nil, fmt.Errorf("list proofs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Proof
	for rows.Next() {
		p, err := scanProof(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}
