#include "stimmbuch/domain/refusal.hpp"

#include <array>
#include <cstddef>

namespace stimmbuch {

namespace {

using enum Refusal;
using enum RefusalKind;

constexpr auto texts = std::to_array<RefusalText>({
    {citizen_unknown, not_found, "citizen_unknown", "There is no such citizen; register first.",
     "Diese Person ist nicht registriert; zuerst registrieren."},
    {citizen_blocked, forbidden, "citizen_blocked", "The citizen's account is blocked; ask the town's staff.",
     "Das Konto ist gesperrt; bitte an die Stadt wenden."},
    {citizen_not_blocked, conflict, "citizen_not_blocked", "The citizen's account is not blocked.",
     "Das Konto ist nicht gesperrt."},
    {already_registered, conflict, "already_registered",
     "Another account holds this registry identity; a person has one account.",
     "Zu dieser Person gibt es schon ein anderes Konto; jede Person hat eines."},
    {citizen_erased, gone, "citizen_erased",
     "The account is erased, or about to be; nothing can be done with it.",
     "Das Konto ist gelöscht oder wird es gerade; damit ist nichts mehr möglich."},
    {erasure_pending, conflict, "erasure_pending",
     "An account of this person is being erased; a new one can be made when the polls that were open then "
     "have their final result.",
     "Ein Konto dieser Person wird gerade gelöscht; ein neues ist möglich, sobald die damals offenen "
     "Abstimmungen endgültig entschieden sind."},
    {text_unknown, not_found, "text_unknown", "There is no such text; it may have been destroyed already.",
     "Diesen Text gibt es nicht; vielleicht ist er schon vernichtet."},
    {registry_identity_required, unacceptable, "registry_identity_required",
     "This level is given to one account per person; name the registry identity.",
     "Diese Stufe gilt für ein Konto je Person; die Registerkennung fehlt."},
    {cell_already_declared, conflict, "cell_already_declared",
     "A level, district or age band of this id is declared already and cannot be changed; use another id.",
     "Eine Stufe, ein Bezirk oder eine Altersgruppe dieser Kennung gibt es schon; andere Kennung wählen."},
    {age_bands_overlap, conflict, "age_bands_overlap", "The age band overlaps one that is declared already.",
     "Die Altersgruppe überschneidet sich mit einer vorhandenen."},
    {level_unknown, unacceptable, "level_unknown", "The level is not declared.",
     "Diese Stufe gibt es nicht."},
    {district_unknown, unacceptable, "district_unknown", "The district is not declared.",
     "Diesen Bezirk gibt es nicht."},
    {age_band_unknown, unacceptable, "age_band_unknown", "The age band is not declared.",
     "Diese Altersgruppe gibt es nicht."},
    {project_unknown, not_found, "project_unknown", "There is no such project.",
     "Dieses Projekt gibt es nicht."},
    {project_exists, conflict, "project_exists", "There is a project of this id already; use another id.",
     "Ein Projekt dieser Kennung gibt es schon; andere Kennung wählen."},
    {project_closed, conflict, "project_closed", "The project is closed.", "Das Projekt ist abgeschlossen."},
    {phase_unknown, not_found, "phase_unknown", "The project has no such phase.",
     "Diese Phase hat das Projekt nicht."},
    {phase_exists, conflict, "phase_exists", "The project has a phase of this id already; use another id.",
     "Eine Phase dieser Kennung gibt es schon; andere Kennung wählen."},
    {phases_overlap, conflict, "phases_overlap", "The phase overlaps another phase of the project.",
     "Die Phase überschneidet sich mit einer anderen Phase des Projekts."},
    {phase_not_open, conflict, "phase_not_open", "The phase is not open at this time.",
     "Die Phase ist zurzeit nicht offen."},
    {phase_over, conflict, "phase_over", "The phase is over; it can be opened again.",
     "Die Phase ist vorbei; sie kann wieder geöffnet werden."},
    {phase_not_over, conflict, "phase_not_over", "The phase is not over; it can be extended.",
     "Die Phase ist noch nicht vorbei; sie kann verlängert werden."},
    {milestone_unknown, not_found, "milestone_unknown", "The project has no such milestone.",
     "Diesen Meilenstein hat das Projekt nicht."},
    {milestone_exists, conflict, "milestone_exists",
     "The project has a milestone of this id already; use another id.",
     "Einen Meilenstein dieser Kennung gibt es schon; andere Kennung wählen."},
    {milestone_over, conflict, "milestone_over",
     "The milestone is done or dropped; nothing more can be reported of it.",
     "Der Meilenstein ist erreicht oder aufgegeben; zu ihm wird nichts mehr gemeldet."},
    {milestone_not_later, conflict, "milestone_not_later", "The milestone is begun already.",
     "Der Meilenstein ist schon begonnen."},
    {option_not_selected, conflict, "option_not_selected",
     "The poll's newest count has not selected this option, or it does not hold any more.",
     "Diese Antwort hat das neueste Ergebnis der Abstimmung nicht ausgewählt, oder es gilt nicht mehr."},
    {poll_unknown, not_found, "poll_unknown", "There is no such poll.", "Diese Abstimmung gibt es nicht."},
    {poll_exists, conflict, "poll_exists", "There is a poll of this id already; use another id.",
     "Eine Abstimmung dieser Kennung gibt es schon; andere Kennung wählen."},
    {poll_not_draft, conflict, "poll_not_draft", "The poll is no draft any more; its terms are fixed.",
     "Die Abstimmung ist kein Entwurf mehr; ihre Bedingungen stehen fest."},
    {poll_not_open, conflict, "poll_not_open", "The poll is not open.", "Die Abstimmung ist nicht geöffnet."},
    {poll_not_yet_open, conflict, "poll_not_yet_open", "Voting has not begun; see the poll's opening time.",
     "Die Abstimmung hat noch nicht begonnen; siehe Beginn."},
    {poll_closed, conflict, "poll_closed", "The poll is closed.", "Die Abstimmung ist beendet."},
    {poll_not_closed, conflict, "poll_not_closed", "The poll must be closed before it is counted.",
     "Vor dem Auszählen muss die Abstimmung beendet sein."},
    {poll_not_counted, conflict, "poll_not_counted", "The poll is not counted.",
     "Die Abstimmung ist nicht ausgezählt."},
    {poll_counted, conflict, "poll_counted", "The poll is counted; annul its result instead.",
     "Die Abstimmung ist ausgezählt; stattdessen das Ergebnis für ungültig erklären."},
    {poll_final, conflict, "poll_final", "The poll is certified, cancelled or annulled; that is final.",
     "Die Abstimmung ist festgestellt, abgebrochen oder für ungültig erklärt; das ist endgültig."},
    {poll_closes_later, conflict, "poll_closes_later",
     "The poll has an announced closing time that has not come; it cannot be shortened.",
     "Das angekündigte Ende ist noch nicht erreicht; eine Abstimmung wird nicht verkürzt."},
    {closing_time_passed, conflict, "closing_time_passed", "The closing time has passed already.",
     "Das Ende liegt schon in der Vergangenheit."},
    {options_missing, conflict, "options_missing",
     "The poll has fewer options than a ballot must choose from.",
     "Die Abstimmung hat weniger Antworten, als eine Stimme braucht."},
    {option_exists, conflict, "option_exists", "The poll has an option of this id already; use another id.",
     "Eine Antwort dieser Kennung gibt es schon; andere Kennung wählen."},
    {option_unknown, not_found, "option_unknown", "The poll has no such option.",
     "Diese Antwort gibt es nicht."},
    {option_withdrawn, conflict, "option_withdrawn", "The option was withdrawn and takes no votes.",
     "Diese Antwort wurde zurückgezogen und kann nicht gewählt werden."},
    {extension_needs_outage, conflict, "extension_needs_outage",
     "A poll with live results is extended only for an outage; name its times.",
     "Eine Abstimmung mit laufendem Stand wird nur wegen eines Ausfalls verlängert; dessen Zeiten angeben."},
    {extension_not_later, conflict, "extension_not_later", "The new end is not later than the present one.",
     "Das neue Ende liegt nicht nach dem bisherigen."},
    {count_outdated, conflict, "count_outdated", "The poll has moved since it was counted; count again.",
     "Die Abstimmung hat sich seit dem Auszählen geändert; neu auszählen."},
    {tie_unresolved, conflict, "tie_unresolved", "A tie decides the result and nobody has broken it.",
     "Ein Gleichstand entscheidet und ist nicht aufgelöst."},
    {lot_not_needed, conflict, "lot_not_needed",
     "No tie waits for a lot, or the order does not hold the tied options.",
     "Kein Gleichstand wartet auf das Los, oder die Reihenfolge nennt nicht genau die gleichen Antworten."},
    {proposal_outdated, conflict, "proposal_outdated",
     "The named proposal is not the poll's present one; look at its records and name that.",
     "Dieser Vorschlag ist nicht der aktuelle; bitte den aktuellen nennen."},
    {same_official, forbidden, "same_official", "This step needs another official than the one before.",
     "Dieser Schritt braucht eine andere Person als der vorige."},
    {poll_not_settled, conflict, "poll_not_settled",
     "The engine has not written all that follows the closing, the roll and in sealed polls the openings; it "
     "does so by itself, so try again shortly.",
     "Das Wählerverzeichnis oder die Öffnung der Stimmen ist noch nicht vollständig; das geschieht von "
     "selbst, bitte gleich noch einmal versuchen."},
    {poll_settled, conflict, "poll_settled", "The roll or the openings are complete, or the poll has none.",
     "Wählerverzeichnis oder Öffnung der Stimmen sind schon vollständig, oder es gibt keine."},
    {ballots_opened, conflict, "ballots_opened",
     "Ballots of the poll are opened, so it cannot be cancelled; count it and annul the result instead.",
     "Stimmen sind schon geöffnet, abbrechen geht nicht mehr; stattdessen auszählen und das Ergebnis für "
     "ungültig erklären."},
    {level_too_low, forbidden, "level_too_low", "The poll asks for a higher level of verification.",
     "Für diese Abstimmung ist eine höhere Prüfstufe nötig."},
    {district_not_entitled, forbidden, "district_not_entitled", "The poll is for other districts.",
     "Diese Abstimmung gilt für andere Bezirke."},
    {age_band_not_entitled, forbidden, "age_band_not_entitled", "The poll is for other age bands.",
     "Diese Abstimmung gilt für andere Altersgruppen."},
    {choices_too_few, unacceptable, "choices_too_few",
     "The ballot names fewer options than the poll asks for.", "Es sind zu wenige Antworten gewählt."},
    {choices_too_many, unacceptable, "choices_too_many",
     "The ballot names more options than the poll allows.", "Es sind zu viele Antworten gewählt."},
    {choice_repeated, unacceptable, "choice_repeated", "The ballot names an option twice.",
     "Eine Antwort ist doppelt gewählt."},
    {choice_unknown, unacceptable, "choice_unknown",
     "The ballot names an option that the poll does not have.",
     "Eine gewählte Antwort gibt es in dieser Abstimmung nicht."},
    {points_invalid, unacceptable, "points_invalid", "The points are not as the poll allows.",
     "Die Punkte entsprechen nicht den Regeln der Abstimmung."},
    {budget_exceeded, unacceptable, "budget_exceeded", "The chosen options cost more than the budget.",
     "Die gewählten Vorhaben kosten mehr als das Budget."},
    {blank_not_allowed, unacceptable, "blank_not_allowed", "The poll takes no blank ballots.",
     "Diese Abstimmung kennt keine leere Stimme."},
    {vote_not_changeable, conflict, "vote_not_changeable",
     "The poll's votes can be neither changed nor withdrawn, as its terms said.",
     "In dieser Abstimmung kann eine Stimme weder geändert noch zurückgezogen werden."},
    {no_vote_to_withdraw, conflict, "no_vote_to_withdraw", "There is no vote to withdraw.",
     "Es gibt keine Stimme zum Zurückziehen."},
    {ballot_changes_exhausted, conflict, "ballot_changes_exhausted",
     "A ballot takes 50 commands, the last of which can only withdraw it.",
     "Eine Stimme lässt sich 50-mal ändern; die letzte Änderung kann sie nur zurückziehen."},
    {secret_destroyed, gone, "secret_destroyed",
     "The secret of this poll is destroyed: nobody can tell any more whose ballot is whose. What you noted "
     "before, your voter id and your receipt, still holds.",
     "Das Geheimnis dieser Abstimmung ist vernichtet: Niemand kann mehr sagen, welche Stimme von wem ist. "
     "Was "
     "Sie vorher notiert haben, Stimmkennung und Beleg, gilt weiter."},
    {secret_needed, conflict, "secret_needed", "The secret of this poll is still needed.",
     "Das Geheimnis dieser Abstimmung wird noch gebraucht."},
    {poll_not_imported, conflict, "poll_not_imported",
     "Only polls declared as imported take imported ballots and commands of the bulk route.",
     "Nur als übernommen angelegte Abstimmungen nehmen übernommene Stimmen und Aufträge der Sammelroute an."},
    {poll_imported, conflict, "poll_imported", "The poll takes ballots of another system only.",
     "Diese Abstimmung nimmt nur Stimmen eines anderen Systems an."},
    {Refusal::invalid, unacceptable, "invalid", "A member of the command is outside its bounds.",
     "Eine Angabe ist unzulässig."},
    {stream_full, conflict, "stream_full", "The thing has taken all the commands that it can.",
     "Hier sind keine weiteren Änderungen möglich."},
});

consteval bool rows_stand_in_order() {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].refusal != static_cast<Refusal>(i)) return false;
  }
  return texts.size() == static_cast<std::size_t>(stream_full) + 1;
}
static_assert(rows_stand_in_order(), "one row per refusal, in the order of the enumeration");

}  // namespace

const RefusalText& text_of(Refusal refusal) {
  return texts.at(static_cast<std::size_t>(refusal));
}

std::span<const RefusalText> all_refusals() {
  return texts;
}

}  // namespace stimmbuch
