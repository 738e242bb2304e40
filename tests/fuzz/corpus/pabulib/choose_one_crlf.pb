META
key; value
budget; 10
vote_type; choose-1
rule; greedy-no-skip
PROJECTS
project_id; cost
p; 5
q; 6
VOTES
voter_id; vote
x; p
y; q
z; 
