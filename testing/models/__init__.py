"""Every table of the service; importing this package registers them on one metadata."""

from items.orm import Base
from testing.models.assessment_plans import AssessmentPlan, PlanSource, PlansVersion
from testing.models.bookings import Booking, BookingState, Occasion
from testing.models.calibrations import AnswersExport
from testing.models.documents import DocumentKind, SignedDocument
from testing.models.events import Chain, Event, Seal
from testing.models.interviews import Interview
from testing.models.literacy import (
    ComputerSkill,
    Direction,
    FrozenLadders,
    LiteracyConfirmation,
    LiteracyMark,
    LiteracyScreen,
    LiteracyState,
    PenHold,
)
from testing.models.literacy_releases import LiteracyRelease
from testing.models.literacy_statements import LiteracyStatement
from testing.models.organisations import (
    Centre,
    Office,
    OfficeKind,
    Role,
    SignInAttempt,
    Site,
    Staff,
    StaffSession,
)
from testing.models.own_writing import OwnWriting, OwnWritingGap, OwnWritingLevel
from testing.models.paper_pages import PaperKind, PaperPage
from testing.models.people import (
    HowGiven,
    Permission,
    PermissionContent,
    Person,
    Purpose,
    Referral,
    ReferralState,
)
from testing.models.permission_signatures import PermissionSignature
from testing.models.rating import (
    SPEAKING_CRITERIA,
    WRITING_CRITERIA,
    Criterion,
    Rating,
    RatingOrder,
    Script,
    ScriptMode,
)
from testing.models.recommending import (
    PersonFacts,
    RecommendationProposal,
    RecommendationRules,
)
from testing.models.rescoring import RescoringCase, RescoringDecision, RescoringRun
from testing.models.results import (
    LANGUAGE_SKILLS,
    BlindLevel,
    NotAssessed,
    Release,
    Skill,
    SkillResult,
    Statement,
)
from testing.models.self_assessment import Said, SelfAssessedStatement, SelfAssessment
from testing.models.service import Feedback, Job, JobState, PromptSound
from testing.models.sittings import (
    Device,
    ExposureCounts,
    FrozenBank,
    HelpCall,
    Part,
    PartState,
    Play,
    Presentation,
    Response,
    Sitting,
    SittingNote,
    SittingState,
    Visit,
)
from testing.models.speaking import SpeakingTalk
from testing.models.talks import FeedbackTalk, MeetingOpinion, PersonsView

__all__ = [
    "LANGUAGE_SKILLS",
    "SPEAKING_CRITERIA",
    "WRITING_CRITERIA",
    "AnswersExport",
    "AssessmentPlan",
    "Base",
    "BlindLevel",
    "Booking",
    "BookingState",
    "Centre",
    "Chain",
    "ComputerSkill",
    "Criterion",
    "Device",
    "Direction",
    "DocumentKind",
    "Event",
    "ExposureCounts",
    "Feedback",
    "FeedbackTalk",
    "FrozenBank",
    "FrozenLadders",
    "HelpCall",
    "HowGiven",
    "Interview",
    "Job",
    "JobState",
    "LiteracyConfirmation",
    "LiteracyMark",
    "LiteracyRelease",
    "LiteracyScreen",
    "LiteracyState",
    "LiteracyStatement",
    "MeetingOpinion",
    "NotAssessed",
    "Occasion",
    "Office",
    "OfficeKind",
    "OwnWriting",
    "OwnWritingGap",
    "OwnWritingLevel",
    "PaperKind",
    "PaperPage",
    "Part",
    "PartState",
    "PenHold",
    "Permission",
    "PermissionContent",
    "PermissionSignature",
    "Person",
    "PersonFacts",
    "PersonsView",
    "PlanSource",
    "PlansVersion",
    "Play",
    "Presentation",
    "PromptSound",
    "Purpose",
    "Rating",
    "RatingOrder",
    "RecommendationProposal",
    "RecommendationRules",
    "Referral",
    "ReferralState",
    "Release",
    "RescoringCase",
    "RescoringDecision",
    "RescoringRun",
    "Response",
    "Role",
    "Said",
    "Script",
    "ScriptMode",
    "Seal",
    "SelfAssessedStatement",
    "SelfAssessment",
    "SignInAttempt",
    "SignedDocument",
    "Site",
    "Sitting",
    "SittingNote",
    "SittingState",
    "Skill",
    "SkillResult",
    "SpeakingTalk",
    "Staff",
    "StaffSession",
    "Statement",
    "Visit",
]
