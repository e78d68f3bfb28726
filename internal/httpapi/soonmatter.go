package httpapi

import "context"

func (d Deps) listItems(context.Context, *itemsInput) (*itemsOutput, error)   { return nil, soon }
func (d Deps) getItem(context.Context, *ItemPath) (*itemOutput, error)        { return nil, soon }
func (d Deps) putItem(context.Context, *putItemInput) (*itemOutput, error)    { return nil, soon }
func (d Deps) getEntry(context.Context, *MatterPath) (*entryOutput, error)    { return nil, soon }
func (d Deps) putEntry(context.Context, *putEntryInput) (*entryOutput, error) { return nil, soon }
func (d Deps) getSync(context.Context, *Language) (*syncOutput, error)        { return nil, soon }
func (d Deps) syncMatters(context.Context, *whyInput) (*syncOutput, error)    { return nil, soon }
func (d Deps) listFindings(context.Context, *findingsInput) (*findingsOutput, error) {
	return nil, soon
}
func (d Deps) itemBindings(context.Context, *ItemPath) (*materialBindingsOutput, error) {
	return nil, soon
}
func (d Deps) matterBindings(context.Context, *MatterPath) (*materialBindingsOutput, error) {
	return nil, soon
}
func (d Deps) bindItem(context.Context, *bindItemInput) (*materialBindingOutput, error) {
	return nil, soon
}
func (d Deps) bindMatter(context.Context, *bindMatterInput) (*materialBindingOutput, error) {
	return nil, soon
}
func (d Deps) goneFields(context.Context, *goneInput) (*goneOutput, error) { return nil, soon }
func (d Deps) openMaterials(context.Context, *openMaterialsInput) (*openMaterialsOutput, error) {
	return nil, soon
}
func (d Deps) boundMatters(context.Context, *boundMattersInput) (*boundMattersOutput, error) {
	return nil, soon
}
func (d Deps) coverage(context.Context, *coverageInput) (*bindingCoverageOutput, error) {
	return nil, soon
}
func (d Deps) exportCoverage(context.Context, *coverageExportInput) (*file, error) { return nil, soon }
func (d Deps) listExemptions(context.Context, *exemptionsInput) (*exemptionsOutput, error) {
	return nil, soon
}
func (d Deps) exportExemptions(context.Context, *exemptionExportInput) (*file, error) {
	return nil, soon
}
func (d Deps) proposeExemption(context.Context, *proposeExemptionInput) (*exemptionOutput, error) {
	return nil, soon
}
func (d Deps) changeExemption(context.Context, *changeExemptionInput) (*exemptionOutput, error) {
	return nil, soon
}
func (d Deps) publishExemption(context.Context, *publishEntryInput) (*exemptionOutput, error) {
	return nil, soon
}
func (d Deps) withdrawExemption(context.Context, *entryStepInput) (*exemptionOutput, error) {
	return nil, soon
}
func (d Deps) listInspections(context.Context, *inspectionsInput) (*inspectionsOutput, error) {
	return nil, soon
}
func (d Deps) exportInspections(context.Context, *inspectionExportInput) (*file, error) {
	return nil, soon
}
func (d Deps) proposeInspection(context.Context, *proposeInspectionInput) (*inspectionOutput, error) {
	return nil, soon
}
func (d Deps) changeInspection(context.Context, *changeInspectionInput) (*inspectionOutput, error) {
	return nil, soon
}
func (d Deps) publishInspection(context.Context, *publishEntryInput) (*inspectionOutput, error) {
	return nil, soon
}
func (d Deps) withdrawInspection(context.Context, *entryStepInput) (*inspectionOutput, error) {
	return nil, soon
}
func (d Deps) listScenarios(context.Context, *scenariosInput) (*scenariosOutput, error) {
	return nil, soon
}
func (d Deps) getScenario(context.Context, *EntryPath) (*scenarioOutput, error)     { return nil, soon }
func (d Deps) exportScenarios(context.Context, *scenarioExportInput) (*file, error) { return nil, soon }
func (d Deps) proposeScenario(context.Context, *proposeScenarioInput) (*scenarioOutput, error) {
	return nil, soon
}
func (d Deps) changeScenario(context.Context, *changeScenarioInput) (*scenarioOutput, error) {
	return nil, soon
}
func (d Deps) publishScenario(context.Context, *publishEntryInput) (*scenarioOutput, error) {
	return nil, soon
}
func (d Deps) withdrawScenario(context.Context, *entryStepInput) (*scenarioOutput, error) {
	return nil, soon
}
func (d Deps) enrolVerifier(context.Context, *enrolInput) (*scenarioOutput, error) { return nil, soon }
func (d Deps) endVerifier(context.Context, *endVerifierInput) (*scenarioOutput, error) {
	return nil, soon
}
func (d Deps) tryProposal(context.Context, *trialInput) (*trialOutput, error) { return nil, soon }
