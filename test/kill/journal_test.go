package kill_test

import "sync"

// journal is what the platform has acknowledged: every success answer that arrived whole, and every answer with
// data that began to arrive. After a crash all of it must still be true.
type journal struct {
	mu       sync.Mutex
	cases    map[string]*caseFact
	licenses map[string]licenseFact      // published, by id
	records  map[string]string           // 存证编号 → login of the holder whose record it is
	checks   map[string]presentationFact // presentations that were checked, by id
	keys     map[string]keyFact          // request keys that were answered
	numbers  map[string]string           // license number → license
	kept     map[string][]byte           // proof files already obtained, by 存证编号
}

// caseFact is what is known of a case. What was tried and not answered may have happened or not.
type caseFact struct {
	login   string // a clerk who may look at it
	version int64  // the highest acknowledged
	tried   map[string]int
	done    map[string]int
	read    int // answers with a license's data that began to arrive
	fresh   bool
}

type licenseFact struct {
	holder string // login
	fresh  bool
}

type presentationFact struct {
	holder string
	record string
	fresh  bool
}

type keyFact struct {
	login  string
	body   map[string]any
	caseNo string
	fresh  bool
}

func newJournal() *journal {
	return &journal{cases: map[string]*caseFact{}, licenses: map[string]licenseFact{}, records: map[string]string{},
		checks: map[string]presentationFact{}, keys: map[string]keyFact{}, numbers: map[string]string{}, kept: map[string][]byte{}}
}

// of gives the facts of a case; the journal is locked.
func (j *journal) of(no, login string) *caseFact {
	f := j.cases[no]
	if f == nil {
		f = &caseFact{login: login, tried: map[string]int{}, done: map[string]int{}}
		j.cases[no] = f
	}
	f.fresh = true
	return f
}

func (j *journal) try(no, login, action string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.of(no, login).tried[action]++
}

func (j *journal) success(no, login, action string, version int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f := j.of(no, login)
	f.done[action]++
	f.version = max(f.version, version)
}

func (j *journal) dataBegan(no, login string) func() {
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.of(no, login).read++
	}
}

func (j *journal) record(no, holder string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.records[no] = holder
}

func (j *journal) published(id, holder string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, ok := j.licenses[id]; !ok {
		j.licenses[id] = licenseFact{holder: holder, fresh: true}
	}
}

func (j *journal) checked(id, holder, record string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.checks[id] = presentationFact{holder: holder, record: record, fresh: true}
	j.records[record] = holder
}

func (j *journal) opened(key string, f keyFact) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f.fresh = true
	j.keys[key] = f
}
