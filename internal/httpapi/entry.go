package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
)

// LogEntry is what anybody may know of a record whose number they have.
type LogEntry struct {
	RecordNo  string        `json:"recordNo" doc:"存证编号"`
	Kind      string        `json:"kind" doc:"What kind of event it is."`
	At        time.Time     `json:"at"`
	Leaf      []byte        `json:"leaf" doc:"As it stands in the log; what it says of the event is a commitment only."`
	LeafHash  []byte        `json:"leafHash"`
	Proof     *leaf.Proof   `json:"proof,omitempty" doc:"Where it stands under a signed checkpoint; absent until it does, a second or so."`
	Witnesses []LogCosigned `json:"witnesses" nullable:"false" doc:"That have cosigned this checkpoint."`
	Need      int           `json:"need" doc:"How many of them are enough; 0 without witnesses."`
}

// LogCosigned is a witness's word for a checkpoint.
type LogCosigned struct {
	Name string    `json:"name"`
	At   time.Time `json:"at" doc:"By its own clock."`
}

type logEntryOutput struct{ Body LogEntry }

func registerEntry(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "getLogEntry", Method: http.MethodGet, Path: "/api/v1/evidence/{recordNo}", Tags: []string{tagLog},
		Summary: "按存证编号查日志",
		Description: "The leaf of a record, its place in the log, the checkpoint and who has cosigned it. What the record says, and of whom, only " +
			"its holder's receipt tells. The log itself lies under /log/.",
		Errors: []int{http.StatusNotFound},
	}), d.logEntry)
}

func (d Deps) logEntry(ctx context.Context, in *RecordPath) (*logEntryOutput, error) {
	e, err := d.Book.Entry(ctx, in.RecordNo)
	if err != nil {
		return nil, err
	}
	out := &logEntryOutput{Body: LogEntry{RecordNo: e.No, Kind: e.Kind, At: e.At.In(clock.Shanghai), Leaf: e.Leaf, LeafHash: e.Hash,
		Witnesses: []LogCosigned{}, Need: e.Need}}
	if e.Placed {
		out.Body.Proof = &e.Proof
	}
	for _, w := range e.Witnesses {
		out.Body.Witnesses = append(out.Body.Witnesses, LogCosigned{Name: w.Witness, At: w.At.In(clock.Shanghai)})
	}
	return out, nil
}
