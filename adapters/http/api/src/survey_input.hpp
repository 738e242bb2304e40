#pragma once

#include "json_input.hpp"
#include "stimmbuch/domain/answers.hpp"
#include "stimmbuch/domain/survey.hpp"
#include "text_input.hpp"

// From the bodies of requests about surveys to commands of the domain.
namespace stimmbuch::http::api {

survey::DraftSurvey read_draft_survey(Members& in);
survey::AddQuestions read_add_questions(Members& in);

// What an answer is, its question says. Words, numbers, days and places come out as texts for the vault; of
// questions that are not put because of other answers the command has the commitment alone.
answers::AnswerSurvey read_answers(Members& in, const survey::State& survey, VaultTexts& texts);

}  // namespace stimmbuch::http::api
