"""The classes of USDM 4.0 that an export has, with every optional attribute: a file says null for what it does not say.

From the published schema (CDISC DDF, USDM API 4.0), which all readers of such files go by.
"""

LISTS = {
    kind: tuple(names.split())
    for kind, names in {
        "Activity": (
            "extensionAttributes childIds definedProcedures biomedicalConceptIds bcCategoryIds bcSurrogateIds notes"
        ),
        "AdministrableProduct": "extensionAttributes properties identifiers ingredients notes",
        "Administration": "extensionAttributes notes",
        "AliasCode": "extensionAttributes standardCodeAliases",
        "BiomedicalConceptSurrogate": "extensionAttributes notes",
        "Code": "extensionAttributes",
        "Duration": "extensionAttributes",
        "EligibilityCriterion": "extensionAttributes notes",
        "EligibilityCriterionItem": "extensionAttributes notes",
        "Encounter": "extensionAttributes environmentalSettings contactModes notes",
        "Endpoint": "extensionAttributes notes",
        "InterventionalStudyDesign": (
            "extensionAttributes therapeuticAreas characteristics encounters activities elements estimands "
            "indications studyInterventionIds objectives scheduleTimelines biospecimenRetentions "
            "documentVersionIds analysisPopulations notes subTypes intentTypes"
        ),
        "Masking": "extensionAttributes",
        "Objective": "extensionAttributes notes endpoints",
        "Organization": "extensionAttributes managedSites",
        "Procedure": "extensionAttributes notes",
        "Quantity": "extensionAttributes",
        "Range": "extensionAttributes",
        "ScheduleTimeline": "extensionAttributes exits timings instances",
        "ScheduleTimelineExit": "extensionAttributes",
        "ScheduledActivityInstance": "extensionAttributes activityIds",
        "Study": "extensionAttributes versions documentedBy",
        "StudyArm": "extensionAttributes populationIds notes",
        "StudyCell": "extensionAttributes",
        "StudyDesignPopulation": "extensionAttributes plannedSex criterionIds notes cohorts",
        "StudyElement": "extensionAttributes studyInterventionIds notes",
        "StudyEpoch": "extensionAttributes notes",
        "StudyIdentifier": "extensionAttributes",
        "StudyIntervention": "extensionAttributes codes administrations notes",
        "StudyRole": "extensionAttributes appliesToIds assignedPersons organizationIds notes",
        "StudyTitle": "extensionAttributes",
        "StudyVersion": (
            "extensionAttributes documentVersionIds dateValues amendments businessTherapeuticAreas "
            "referenceIdentifiers studyDesigns eligibilityCriterionItems narrativeContentItems abbreviations "
            "roles organizations studyInterventions administrableProducts medicalDevices "
            "productOrganizationRoles biomedicalConcepts bcCategories bcSurrogates dictionaries conditions "
            "notes"
        ),
        "Timing": "extensionAttributes",
    }.items()
}
"""Attributes that hold lists, empty where nothing is said."""

SINGLE = {
    kind: tuple(names.split())
    for kind, names in {
        "Activity": "label description previousId nextId timelineId",
        "AdministrableProduct": "label description pharmacologicClass sourcing",
        "Administration": "label description dose route frequency administrableProductId medicalDeviceId",
        "BiomedicalConceptSurrogate": "label description reference",
        "Duration": "text quantity reasonDurationWillVary",
        "EligibilityCriterion": "label description nextId previousId",
        "EligibilityCriterionItem": "label description dictionaryId",
        "Encounter": "label description previousId nextId scheduledAtId transitionStartRule transitionEndRule",
        "Endpoint": "label description dictionaryId",
        "GovernanceDate": "label description",
        "InterventionalStudyDesign": "label description studyType studyPhase blindingSchema",
        "Objective": "label description dictionaryId",
        "Organization": "label",
        "Procedure": "label description studyInterventionId",
        "Quantity": "unit",
        "ScheduleTimeline": "label description plannedDuration",
        "ScheduledActivityInstance": (
            "label description defaultConditionId epochId timelineId timelineExitId encounterId"
        ),
        "Study": "description label",
        "StudyArm": "label description",
        "StudyDesignPopulation": "label description plannedEnrollmentNumber plannedCompletionNumber plannedAge",
        "StudyElement": "label description transitionStartRule transitionEndRule",
        "StudyEpoch": "label description previousId nextId",
        "StudyIntervention": "label description minimumResponseDuration",
        "StudyRole": "label description masking",
        "Timing": "label description relativeToScheduledInstanceId windowLower windowUpper windowLabel",
    }.items()
}
"""Attributes that hold one value, null where nothing is said."""
